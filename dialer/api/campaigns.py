"""Campaigns over HTTP: creation, reading, the moves through their life, and poll dates."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from dialer.api.http.answers import JsonAnswer, Nothing, Page, Reason, Wire, WireName, WireText
from dialer.api.http.bodies import MIB, FileBody, JsonBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint, get, post
from dialer.api.http.parsing import MOST_VALUES, page, parse_json, read_cursor, read_json
from dialer.domain.access import Right
from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import DEFAULT_REASON, Campaign
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.services.campaigns.campaign_file import parse_definition
from dialer.views.campaigns import CampaignList, CampaignView, PreflightView, ProgressView, RecordingView

ONE = "/v1/campaigns/{campaign_id}"
LONGEST_RECORDING = 64 * MIB


M = TypeVar("M", bound=BaseModel)


def read_definition(model: type[CampaignDefinition], raw: bytes) -> CampaignDefinition:
    """Parse a campaign file, as strictly about types as every other body.

    The error messages are those of the campaign file.
    """
    parse_definition(read_json(raw, MOST_VALUES))
    return parse_json(model, raw)


async def create(asked: Asked[Nothing, CampaignDefinition]) -> CampaignView:
    return CampaignView.of(await asked.suite.campaigns.create(asked.actor, asked.body))


async def index(asked: Asked[Page, Nothing]) -> CampaignList:
    async def read(after: str | None, limit: int) -> list[Campaign]:
        return await asked.suite.campaigns.page(
            asked.actor, after=CampaignId(after) if after else None, limit=limit
        )

    after = read_cursor(asked.query.cursor, "campaign_id")
    return await page(
        read, after, asked.query.limit, CampaignView.of, lambda campaign: campaign.id, CampaignList
    )


async def show(asked: Asked[Nothing, Nothing]) -> CampaignView:
    return CampaignView.of(await asked.suite.campaigns.get(asked.actor, campaign_id(asked)))


async def progress(asked: Asked[Nothing, Nothing]) -> ProgressView:
    return ProgressView.of(await asked.suite.progress.of(asked.actor, campaign_id(asked)))


async def preflight(asked: Asked[Nothing, Nothing]) -> PreflightView:
    return PreflightView.of(await asked.suite.preflight.run(asked.actor, campaign_id(asked)))


async def approve(asked: Asked[Nothing, Nothing]) -> CampaignView:
    return CampaignView.of(await asked.suite.campaigns.approve(asked.actor, campaign_id(asked)))


async def start(asked: Asked[Nothing, Nothing]) -> CampaignView:
    return CampaignView.of(await asked.suite.campaigns.start(asked.actor, campaign_id(asked)))


async def resume(asked: Asked[Nothing, Reason]) -> CampaignView:
    reason = asked.body.reason or ""
    return CampaignView.of(await asked.suite.campaigns.resume(asked.actor, campaign_id(asked), reason))


async def pause(asked: Asked[Nothing, Reason]) -> CampaignView:
    reason = asked.body.reason or DEFAULT_REASON
    return CampaignView.of(await asked.suite.campaigns.pause(asked.actor, campaign_id(asked), reason))


async def stop(asked: Asked[Nothing, Reason]) -> CampaignView:
    reason = asked.body.reason or DEFAULT_REASON
    return CampaignView.of(await asked.suite.campaigns.stop(asked.actor, campaign_id(asked), reason))


async def record(asked: Asked[Nothing, Path]) -> RecordingView:
    audio = await asyncio.to_thread(asked.body.read_bytes)
    await asked.suite.scripts.record(asked.actor, campaign_id(asked), asked.ids["prompt"], audio)
    return RecordingView(prompt=asked.ids["prompt"], bytes=len(audio))


def campaign_id(asked: Asked[Any, Any]) -> CampaignId:
    return CampaignId(asked.ids["campaign_id"])


def move(
    verb: str,
    summary: str,
    right: Right,
    body: type[M],
    handler: Callable[[Asked[Nothing, M]], Awaitable[CampaignView]],
) -> Endpoint[Nothing, M, CampaignView]:
    """Declare a verb that moves a campaign through its life."""
    return post(
        f"{ONE}/{verb}",
        summary,
        (right,),
        JsonBody(body, optional=True),
        JsonAnswer(CampaignView),
        handler,
    )


class PollDates(Wire):
    """New poll dates by territory, or `default`. The others stay. `reason` names the decree."""

    poll_dates: dict[WireName, date] = Field(min_length=1)
    reason: WireText


async def change(asked: Asked[Nothing, PollDates]) -> CampaignView:
    told = asked.body
    return CampaignView.of(
        await asked.suite.campaigns.change_poll_dates(
            asked.actor, campaign_id(asked), told.poll_dates, told.reason
        )
    )


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    post(
        "/v1/campaigns",
        "Create a campaign as a draft. The keys are those of the campaign file.",
        (Right.CREATE_CAMPAIGN,),
        JsonBody(CampaignDefinition, parse=read_definition),
        JsonAnswer(CampaignView, status=201, location=lambda view: f"/v1/campaigns/{view.id}"),
        create,
    ),
    get(
        "/v1/campaigns",
        "List the campaigns in order of creation.",
        (Right.READ_CAMPAIGNS,),
        Page,
        CampaignList,
        index,
    ),
    get(ONE, "Show a campaign.", (Right.READ_CAMPAIGNS,), Nothing, CampaignView, show),
    get(
        f"{ONE}/progress",
        "Tell how far a campaign is, and why it waits when it does.",
        (Right.READ_CAMPAIGNS,),
        Nothing,
        ProgressView,
        progress,
    ),
    get(
        f"{ONE}/preflight",
        "Foresee how many would be called, when, and how many never and why; calls nobody.",
        (Right.PREFLIGHT,),
        Nothing,
        PreflightView,
        preflight,
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
    post(
        f"{ONE}/poll_dates",
        "Move poll dates, as a decree did. Decisions from now on go by them; those of before stay as they were.",
        (Right.APPROVE,),
        JsonBody(PollDates),
        JsonAnswer(CampaignView),
        change,
        errors=(Conflict,),
    ),
)
