"""Sponsors by the key that stands for them at the PBXs."""

from typing import TYPE_CHECKING

from dialer.domain.oppositions.suppression import sponsor_key
from dialer.ports.campaigns.campaigns import HasCampaigns
from dialer.ports.unit_of_work import Store

if TYPE_CHECKING:
    from dialer.domain.base.types import CampaignId


async def sponsors_by_key(store: Store[HasCampaigns]) -> dict[str, str]:
    """Return the sponsors of all campaigns by key.

    A sponsor without a campaign is missing: its oppositions then count against every sponsor.
    """
    found: dict[str, str] = {}
    last: CampaignId | None = None
    while True:
        async with store.read() as work:
            page = await work.campaigns.page(after=last)
        if not page:
            return found
        found |= {sponsor_key(c.definition.sponsor.id): c.definition.sponsor.id for c in page}
        last = page[-1].id
