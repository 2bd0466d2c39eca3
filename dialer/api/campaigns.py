"""Campaigns: made, read, and moved through their life."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from dialer.api.campaign_wire import (
    CampaignList,
    CampaignView,
    PreflightView,
    ProgressView,
    RecordingView,
)
from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import MIB, FileBody, JsonBody, NoBody
from dialer.api.http.cursors import page, read_cursor
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.parsing import parse_json, read_json
from dialer.api.http.shape import MOST_VALUES
from dialer.api.http.wire import Nothing, Page, Reason
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.services.campaigns.campaign_file import parse_definition
from dialer.services.views.campaign import campaign_view, progress_view
from dialer.services.views.preflight import preflight_view

ONE = "/v1/campaigns/{campaign_id}"
LONGEST_RECORDING = 64 * MIB
BY_DEFAULT = "operator"
"""Why a campaign was paused or stopped, where nobody says."""


Model = TypeVar("Model", bound=BaseModel)


def read_definition(model: type[CampaignDefinition], raw: bytes) -> CampaignDefinition:
    """As strict about types as every other body, with the campaign file's own words for what is wrong."""
    parse_definition(read_json(raw, MOST_VALUES))
    return parse_json(model, raw)


async def create(asked: Asked[Nothing, CampaignDefinition]) -> View:
    return campaign_view(await asked.suite.campaigns.create(asked.actor, asked.body))


async def index(asked: Asked[Page, Nothing]) -> View:
    async def read(after: str | None, limit: int) -> list[Campaign]:
        return await asked.suite.campaigns.page(
            asked.actor, after=CampaignId(after) if after else None, limit=limit
        )

    after = read_cursor(asked.query.cursor, "campaign_id")
    return await page(read, after, asked.query.limit, campaign_view, lambda campaign: campaign.id)


async def show(asked: Asked[Nothing, Nothing]) -> View:
    return campaign_view(await asked.suite.campaigns.get(asked.actor, campaign_id(asked)))


async def progress(asked: Asked[Nothing, Nothing]) -> View:
    return progress_view(await asked.suite.progress.of(asked.actor, campaign_id(asked)))


async def preflight(asked: Asked[Nothing, Nothing]) -> View:
    return preflight_view(await asked.suite.preflight.run(asked.actor, campaign_id(asked)))


async def approve(asked: Asked[Nothing, Nothing]) -> View:
    return campaign_view(await asked.suite.campaigns.approve(asked.actor, campaign_id(asked)))


async def start(asked: Asked[Nothing, Nothing]) -> View:
    return campaign_view(await asked.suite.campaigns.start(asked.actor, campaign_id(asked)))


async def resume(asked: Asked[Nothing, Reason]) -> View:
    reason = asked.body.reason or ""
    return campaign_view(await asked.suite.campaigns.resume(asked.actor, campaign_id(asked), reason))


async def pause(asked: Asked[Nothing, Reason]) -> View:
    reason = asked.body.reason or BY_DEFAULT
    return campaign_view(await asked.suite.campaigns.pause(asked.actor, campaign_id(asked), reason))


async def stop(asked: Asked[Nothing, Reason]) -> View:
    reason = asked.body.reason or BY_DEFAULT
    return campaign_view(await asked.suite.campaigns.stop(asked.actor, campaign_id(asked), reason))


async def record(asked: Asked[Nothing, Path]) -> View:
    audio = await asyncio.to_thread(asked.body.read_bytes)
    await asked.suite.scripts.record(asked.actor, campaign_id(asked), asked.ids["prompt"], audio)
    return {"prompt": asked.ids["prompt"], "bytes": len(audio)}


def campaign_id(asked: Asked[Any, Any]) -> CampaignId:
    return CampaignId(asked.ids["campaign_id"])


def move(
    verb: str,
    summary: str,
    right: Right,
    body: type[Model],
    handler: Callable[[Asked[Nothing, Model]], Awaitable[View]],
) -> Endpoint[Nothing, Model, View]:
    """One of the verbs that move a campaign through its life."""
    return Endpoint(
        method="POST",
        path=f"{ONE}/{verb}",
        summary=summary,
        rights=(right,),
        query=Nothing,
        body=JsonBody(body, optional=True),
        answer=JsonAnswer(CampaignView),
        handler=handler,
    )


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="POST",
        path="/v1/campaigns",
        summary="Create a campaign as a draft. The keys are those of the campaign file.",
        rights=(Right.CREATE_CAMPAIGN,),
        query=Nothing,
        body=JsonBody(CampaignDefinition, parse=read_definition),
        answer=JsonAnswer(CampaignView, status=201, location=lambda view: f"/v1/campaigns/{view['id']}"),
        handler=create,
    ),
    Endpoint(
        method="GET",
        path="/v1/campaigns",
        summary="List the campaigns in order of creation.",
        rights=(Right.READ_CAMPAIGNS,),
        query=Page,
        body=NoBody(),
        answer=JsonAnswer(CampaignList),
        handler=index,
    ),
    Endpoint(
        method="GET",
        path=ONE,
        summary="Show a campaign.",
        rights=(Right.READ_CAMPAIGNS,),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(CampaignView),
        handler=show,
    ),
    Endpoint(
        method="GET",
        path=f"{ONE}/progress",
        summary="Tell how far a campaign is, and why it waits when it does.",
        rights=(Right.READ_CAMPAIGNS,),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(ProgressView),
        handler=progress,
    ),
    Endpoint(
        method="GET",
        path=f"{ONE}/preflight",
        summary="Foresee how many would be called, when, and how many never and why; calls nobody.",
        rights=(Right.PREFLIGHT,),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(PreflightView),
        handler=preflight,
    ),
    Endpoint(
        method="PUT",
        path=f"{ONE}/prompts/{{prompt}}",
        summary="Put a recording in the place of a prompt of a draft.",
        rights=(Right.CREATE_CAMPAIGN,),
        query=Nothing,
        body=FileBody("audio/*", limit=LONGEST_RECORDING),
        answer=JsonAnswer(RecordingView),
        handler=record,
        errors=(Conflict,),
    ),
    move(
        "approve",
        "Approve a draft that somebody else made; its script is frozen.",
        Right.APPROVE,
        Nothing,
        approve,
    ),
    move("start", "Start an approved campaign.", Right.CONTROL_CAMPAIGN, Nothing, start),
    move(
        "pause",
        "Pause. Answers when no further INVITE can leave; calls in progress finish.",
        Right.CONTROL_CAMPAIGN,
        Reason,
        pause,
    ),
    move(
        "resume",
        "Go on where a pause left off; after a restoration, with a reason.",
        Right.CONTROL_CAMPAIGN,
        Reason,
        resume,
    ),
    move(
        "stop",
        "Stop for good. Answers when no further INVITE can leave.",
        Right.CONTROL_CAMPAIGN,
        Reason,
        stop,
    ),
)
