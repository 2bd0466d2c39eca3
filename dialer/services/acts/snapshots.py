"""A campaign and the machine as they are at one instant of the database."""

from typing import Protocol

from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import SILENT_WITH_OTHERS
from dialer.ports.campaigns.campaigns import HasCampaigns
from dialer.ports.pbx.halts import HasHalts
from dialer.ports.records import CampaignSnapshot


class StandingWork(HasCampaigns, HasHalts, Protocol):
    """The unit of work that reads a campaign for a decision."""


async def standing_of(work: StandingWork, campaign_id: CampaignId, *, lock: bool = False) -> CampaignSnapshot:
    """Raise `NotFound`.

    `lock`: neither the campaign's state nor the halt can change before the unit ends. The campaign
    is locked first, by all.
    """
    campaign = await work.campaigns.get(campaign_id, lock="shared" if lock else None)
    halted = await work.halts.halted(lock=lock)
    sponsor = campaign.definition.sponsor.id
    silences = await work.campaigns.elections(sponsor, SILENT_WITH_OTHERS, but=campaign.id)
    return CampaignSnapshot(campaign, halted, silences)
