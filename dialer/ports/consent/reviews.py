"""Contacts whose judgement failed: off the list until a person has reviewed them."""

from dataclasses import dataclass
from typing import Protocol

from dialer.domain.base.types import CampaignId, ContactId, Fingerprint, ImportId
from dialer.domain.calls.retry import ContactClosed, Due


@dataclass(frozen=True, slots=True)
class SetAside:
    """A contact closed for review. `reason` names the error.

    `line` is that of the file it was imported from.
    """

    id: ContactId
    external_id: str | None
    import_id: ImportId
    line: int
    reason: str


class ReviewRepository(Protocol):
    async def set_aside(
        self, contact_id: ContactId, change: ContactClosed
    ) -> tuple[CampaignId, Fingerprint] | None:
        """Close a due contact for review; return its campaign and number. None: it is not due."""
        ...

    async def page(self, campaign_id: CampaignId, *, after: ContactId | None, limit: int) -> list[SetAside]:
        """Return contacts set aside, in the order of the list."""
        ...

    async def put_back(self, campaign_id: CampaignId, change: Due) -> int:
        """Make every contact due that was set aside; return how many."""
        ...


class HasReviews(Protocol):
    @property
    def reviews(self) -> ReviewRepository: ...
