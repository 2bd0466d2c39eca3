"""The machine itself pauses a campaign."""

import structlog

from dialer.domain.base.errors import IllegalTransition
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store
from dialer.services.acts.campaigns import CampaignWork, move_campaign

log = structlog.get_logger()

GUARD = "call guard"


async def pause(store: Store[CampaignWork], clock: Clock, campaign_id: CampaignId, reason: str) -> None:
    """A campaign that does not run any more needs none."""
    try:
        async with store.write() as work:
            await move_campaign(
                work, campaign_id, CampaignVerb.PAUSE, by=GUARD, at=clock.now(), reason=reason
            )
    except IllegalTransition:
        return
    log.error("campaign paused", campaign=campaign_id, reason=reason)
