"""Contacts that could not be decided: a person reviews them, and may have them judged again."""

from datetime import datetime
from typing import Protocol

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import CampaignId, ContactId
from dialer.domain.calls.retry import Due, for_review
from dialer.domain.ledger import entries_calls
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.consent import HasReviews, SetAside
from dialer.ports.unit_of_work import Store, UnitOfWork


class SetAsideWork(HasReviews, UnitOfWork, Protocol):
    """The unit of work that sets a contact aside."""


class ReviewWork(SetAsideWork, HasCampaigns, Protocol):
    """The unit of work of a review."""


class ContactReviews:
    def __init__(self, store: Store[ReviewWork], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def page(
        self, actor: Actor, campaign_id: CampaignId, *, after: ContactId | None = None, limit: int = 1000
    ) -> list[SetAside]:
        """Return contacts of a campaign that were set aside. Raise `NotFound`."""
        actor.demand(Right.READ_CAMPAIGNS)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
            return await work.reviews.page(campaign.id, after=after, limit=limit)

    async def put_back(self, actor: Actor, campaign_id: CampaignId) -> int:
        """Have every contact set aside judged again; return their number.

        Raise `NotFound`, and `Conflict` where the campaign is over.
        """
        actor.demand(Right.CONTROL_CAMPAIGN)
        async with self._store.write() as work:
            return await put_back(work, campaign_id, by=actor.name, at=self._clock.now())


async def set_aside(work: SetAsideWork, contact_id: ContactId, *, error: str, at: datetime) -> bool:
    """Close a contact that is due, for review. False where it is not due any more."""
    found = await work.reviews.set_aside(contact_id, for_review(error))
    if found is None:
        return False
    work.record(entries_calls.set_aside(*found, error, at=at))
    return True


async def put_back(work: ReviewWork, campaign_id: CampaignId, *, by: str, at: datetime) -> int:
    """Make every contact due that was set aside; return how many.

    Raise `NotFound`, and `Conflict` where the campaign is over.
    """
    campaign = await work.campaigns.get(campaign_id, lock="shared")
    if campaign.state.is_final:
        raise Conflict(
            f"the campaign is {campaign.state}: nobody is called for it any more",
            hint="import them into a new campaign: `dialer contacts review` names each by external_id and line of its file",
        )
    count = await work.reviews.put_back(campaign_id, Due(at))
    if count:
        work.record(entries_calls.put_back(campaign_id, count, by=by, at=at))
    return count
