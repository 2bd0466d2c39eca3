"""The first page: the state of the machine, the emergency stop, and the campaigns."""

from aiohttp import web

from dialer.console.pages import PageRequest, Screen, redirect
from dialer.domain.base.types import CampaignId
from dialer.views.campaigns import ProgressView
from dialer.views.operations import SystemView

PAGE = 50


async def show(visit: PageRequest) -> web.Response:
    system = SystemView.of(await visit.suite.system.state(visit.actor))
    after = visit.after("campaign_id")
    found = await visit.suite.campaigns.page(
        visit.actor, after=CampaignId(after) if after else None, limit=PAGE + 1
    )
    shown = found[:PAGE]
    progress = [
        ProgressView.of(await visit.suite.progress.of(visit.actor, campaign.id)) for campaign in shown
    ]
    following = shown[-1].id if len(found) > PAGE else None
    return visit.page("overview.html", system=system, campaigns=progress, following=following)


async def halt(visit: PageRequest) -> web.Response:
    report = await visit.suite.halting.halt(visit.actor, visit.text("reason") or "halted at the console")
    return visit.page("halted.html", report=report)


async def unhalt(visit: PageRequest) -> web.Response:
    await visit.suite.halting.unhalt(visit.actor, visit.text("reason"))
    return redirect("/")


SCREENS = (
    Screen("GET", "/", show),
    Screen("POST", "/halt", halt, urgent=True),
    Screen("POST", "/unhalt", unhalt),
)
