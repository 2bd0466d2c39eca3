"""A campaign's page: its progress, why it waits, and the verbs that move it."""

from collections.abc import Awaitable

from aiohttp import web

from dialer.console.pages import PageRequest, Screen, redirect
from dialer.domain.access import Right
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import DEFAULT_REASON, Campaign, CampaignVerb, allowed_verbs
from dialer.views.campaigns import CampaignView, PreflightView, ProgressView

ONE = "/campaigns/{campaign_id}"
NEEDS = {
    CampaignVerb.APPROVE: Right.APPROVE,
    CampaignVerb.START: Right.CONTROL_CAMPAIGN,
    CampaignVerb.PAUSE: Right.CONTROL_CAMPAIGN,
    CampaignVerb.RESUME: Right.CONTROL_CAMPAIGN,
    CampaignVerb.STOP: Right.CONTROL_CAMPAIGN,
}
"""Verbs of a person, each with the right to it."""


async def show(visit: PageRequest) -> web.Response:
    campaign = await visit.suite.campaigns.get(visit.actor, campaign_id(visit))
    progress = await visit.suite.progress.of(visit.actor, campaign.id)
    verbs = [verb for verb in allowed_verbs(campaign.state) if verb in NEEDS and visit.actor.may(NEEDS[verb])]
    return visit.page(
        "campaign.html", campaign=CampaignView.of(campaign), progress=ProgressView.of(progress), verbs=verbs
    )


async def preflight(visit: PageRequest) -> web.Response:
    campaign = await visit.suite.campaigns.get(visit.actor, campaign_id(visit))
    foreseen = PreflightView.of(await visit.suite.preflight.run(visit.actor, campaign.id))
    return visit.page("preflight.html", campaign=CampaignView.of(campaign), preflight=foreseen)


def move(verb: CampaignVerb) -> Screen:
    async def moved(visit: PageRequest) -> web.Response:
        await apply_verb(visit, verb)
        return redirect(f"/campaigns/{campaign_id(visit)}")

    return Screen("POST", f"{ONE}/{verb}", moved)


def apply_verb(visit: PageRequest, verb: CampaignVerb) -> Awaitable[Campaign]:
    """Move the campaign, with the form's reason. Raise `NotFound` for its own move, completion."""
    campaigns, who, which = visit.suite.campaigns, visit.actor, campaign_id(visit)
    reason = visit.text("reason") or DEFAULT_REASON
    match verb:
        case CampaignVerb.APPROVE:
            return campaigns.approve(who, which)
        case CampaignVerb.START:
            return campaigns.start(who, which)
        case CampaignVerb.PAUSE:
            return campaigns.pause(who, which, reason)
        case CampaignVerb.RESUME:
            return campaigns.resume(who, which)
        case CampaignVerb.STOP:
            return campaigns.stop(who, which, reason)
        case CampaignVerb.COMPLETE:
            raise NotFound("a campaign completes by itself")


def campaign_id(visit: PageRequest) -> CampaignId:
    return CampaignId(visit.ids["campaign_id"])


SCREENS = (
    Screen("GET", ONE, show),
    Screen("GET", f"{ONE}/preflight", preflight),
    *(move(verb) for verb in NEEDS),
)
