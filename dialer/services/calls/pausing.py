"""The machine itself pauses a campaign."""

import structlog

from dialer.domain.base.errors import IllegalTransition
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import CampaignVerb, PauseCause
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store
from dialer.services.acts.campaigns import CampaignWork, move_campaign

log = structlog.get_logger()

GUARD = "call guard"


async def pause(
    store: Store[CampaignWork], clock: Clock, campaign_id: CampaignId, cause: PauseCause, reason: str
) -> None:
    """Pause a campaign for `cause`. One that does not run any more needs no pause."""
    try:
        async with store.write() as work:
            await move_campaign(
                work, campaign_id, CampaignVerb.PAUSE, by=GUARD, at=clock.now(), reason=reason, cause=cause
            )
    except IllegalTransition:
        return
    log.error("campaign paused", campaign=campaign_id, cause=cause, reason=reason)
