"""Contacts as stored, and everything stored about each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import CampaignId, ContactId, Fingerprint, ImportId
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.preflight.contact_groups import TimeBoundaries
from dialer.ports.records import (
    ClosedContact,
    ContactChange,
    ContactFacts,
    ContactGroup,
    JudgedContact,
    ListedContact,
    NewContact,
)


class ContactRepository(Protocol):
    async def add(
        self,
        import_id: ImportId,
        campaign_id: CampaignId,
        rows: Sequence[NewContact],
        *,
        due_at: datetime,
    ) -> set[int]:
        """Add the rows whose number is not on the campaign's list; return their lines."""
        ...

    async def count(self, campaign_id: CampaignId) -> int: ...

    async def places(self, campaign_id: CampaignId) -> frozenset[tuple[str, ...]]:
        """Return where people of the list may be.

        Each is the territory stated, or else every one that a number of theirs may belong to.
        """
        ...

    async def languages(self, campaign_id: CampaignId) -> frozenset[str]:
        """Return the languages stated; rows that state none are left out."""
        ...

    async def dossiers_among(
        self, campaign_id: CampaignId, sponsor: str, fingerprints: Iterable[Fingerprint]
    ) -> dict[Fingerprint, ContactFacts]:
        """Return the numbers on the campaign's list; others are left out."""
        ...

    async def due(
        self, campaign_id: CampaignId, *, now: datetime, limit: int, after: ListedContact | None
    ) -> list[ListedContact]:
        """Lock and return contacts due at `now`, the longest due first, from after `after` on.

        Contacts locked by another unit are skipped.
        """
        ...

    async def dossiers(self, sponsor: str, listed: Sequence[ListedContact]) -> list[ContactFacts]:
        """Return one for each, in their order, with the key of its number."""
        ...

    async def page_end(self, campaign_id: CampaignId, *, after: ContactId, size: int) -> ContactId | None:
        """Return the last of the `size` contacts after `after`, None where none is left."""
        ...

    async def alike(
        self,
        campaign_id: CampaignId,
        sponsor: str,
        turns: TimeBoundaries,
        *,
        after: ContactId,
        until: ContactId,
    ) -> Sequence[ContactGroup]:
        """Return contacts in (after, until], grouped.

        Members of a group differ only in fields that no rule reads; a group may come in parts.
        """
        ...

    async def change(self, changes: Mapping[ContactId, ContactChange]) -> None: ...

    async def judged(self, outcomes: Sequence[JudgedContact]) -> None: ...

    async def refused(
        self, fingerprints: Collection[Fingerprint], *, unless: Collection[CampaignState]
    ) -> list[ClosedContact]:
        """Lock and return contacts closed by a refusal, but for campaigns in such a state."""
        ...

    async def closed_for(self, reason: str, contact_ids: Iterable[ContactId]) -> list[ContactId]:
        """Return the contacts that are closed for this reason, and not erased."""
        ...

    async def erase(self, fingerprint: Fingerprint, *, at: datetime) -> int:
        """Empty the rows of the number and close them; return how many had more than its print.

        The rows stay, so that the same list cannot bring it back.
        """
        ...


class HasContacts(Protocol):
    @property
    def contacts(self) -> ContactRepository: ...
