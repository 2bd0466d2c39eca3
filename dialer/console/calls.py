"""The calls of a campaign, with the prompts heard and keys pressed in one of them."""

from typing import NamedTuple

from aiohttp import web

from dialer.console.pages import PageRequest, Screen
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.services.calls.call_records import CallQuery
from dialer.views.calls import CallView, PromptView

PAGE = 50


class TimelineItem(NamedTuple):
    """A moment of a call, `ms` milliseconds after the answer.

    `what` is `play`, `done` or `cut` with the prompt's name, or `key` with the key.
    """

    ms: int
    what: str
    name: str


async def index(visit: PageRequest) -> web.Response:
    campaign_id = CampaignId(visit.ids["campaign_id"])
    campaign = await visit.suite.campaigns.get(visit.actor, campaign_id)
    after = visit.after("attempt_id")
    query = CallQuery(campaign_id, after=AttemptId(after) if after else None, limit=PAGE + 1)
    found = await visit.suite.calls.page(visit.actor, query)
    shown = [CallView.of(record) for record in found[:PAGE]]
    following = shown[-1].attempt_id if len(found) > PAGE else None
    return visit.page("calls.html", campaign=campaign, calls=shown, following=following)


async def show(visit: PageRequest) -> web.Response:
    call = CallView.of(await visit.suite.calls.get(visit.actor, AttemptId(visit.ids["attempt_id"])))
    return visit.page("call.html", call=call, moments=moments(call))


def moments(call: CallView) -> list[TimelineItem]:
    """Prompts and keys in the order in which the callee heard and pressed them."""
    found = [TimelineItem(key.at_ms or 0, "key", key.key) for key in call.keys]
    for prompt in call.prompts:
        found.extend(prompt_items(prompt))
    return sorted(found, key=lambda moment: moment.ms)


def prompt_items(prompt: PromptView) -> list[TimelineItem]:
    moments = [TimelineItem(prompt.started_ms or 0, "play", prompt.name)]
    if prompt.ended_ms is not None:
        moments.append(TimelineItem(prompt.ended_ms, "done" if prompt.completed else "cut", prompt.name))
    return moments


SCREENS = (
    Screen("GET", "/campaigns/{campaign_id}/calls", index),
    Screen("GET", "/calls/{attempt_id}", show),
)
