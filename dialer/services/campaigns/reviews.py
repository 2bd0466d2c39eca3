"""Contacts of which nothing could be decided: shown to a person, who may have them judged again."""

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.types import CampaignId, ContactId
from dialer.ports.clock import Clock
from dialer.ports.review import SetAside
from dialer.ports.store import Store


class ContactReviews:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def page(
        self, actor: Actor, campaign_id: CampaignId, *, after: ContactId | None = None, limit: int = 1000
    ) -> list[SetAside]:
        """Raise `NotFound`."""
        actor.demand(Right.READ_CAMPAIGNS)
        campaign = await self._store.campaigns.get(campaign_id)
        return await self._store.reviews.page(campaign.id, after=after, limit=limit)

    async def put_back(self, actor: Actor, campaign_id: CampaignId) -> int:
        """Have all of them judged again; return how many. Raise `NotFound`, and `Conflict` where the campaign is over."""
        actor.demand(Right.CONTROL_CAMPAIGN)
        return await self._store.reviews.put_back(campaign_id, by=actor.name, at=self._clock.now())
