"""Consents with their proofs, contacts, imports and reviews, as services need them.

Consents given and withdrawn are appended, never changed. Proofs have one key a month of recording.
An import says where a list came from and how it ended. Contacts whose judgement failed are off the
list until a person has reviewed them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import CampaignId, ContactId, Fingerprint, ImportId
from dialer.domain.calls.retry import ClosedReason, ContactClosed, Due
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.consent import ConsentEvent, ImportManifest
from dialer.domain.preflight.forecast import TimeBoundaries
from dialer.ports import records


class ConsentRepository(Protocol):
    async def add(self, events: Sequence[ConsentEvent]) -> list[ConsentEvent]:
        """Append; return them as stored (see `UnitOfWork.as_stored`)."""
        ...

    async def of(self, fingerprint: Fingerprint) -> tuple[ConsentEvent, ...]:
        """Return events in the order of recording."""
        ...

    async def sponsors(self, fingerprints: Collection[Fingerprint]) -> set[tuple[str, Fingerprint]]:
        """Return to whom each number has given a consent, by sponsor and number."""
        ...

    async def delete_given(self, fingerprint: Fingerprint) -> int:
        """Delete the consents that the number gave; return how many. Withdrawals stay."""
        ...


class HasConsents(Protocol):
    @property
    def consents(self) -> ConsentRepository: ...


class ContactRepository(Protocol):
    async def add(
        self,
        import_id: ImportId,
        campaign_id: CampaignId,
        rows: Sequence[records.NewContact],
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
    ) -> dict[Fingerprint, records.ContactFacts]:
        """Return the numbers on the campaign's list; others are left out."""
        ...

    async def due(
        self, campaign_id: CampaignId, *, now: datetime, limit: int, after: records.ListedContact | None
    ) -> list[records.ListedContact]:
        """Lock and return contacts due at `now`, the longest due first, from after `after` on.

        Contacts locked by another unit are skipped.
        """
        ...

    async def dossiers(
        self, sponsor: str, listed: Sequence[records.ListedContact]
    ) -> list[records.ContactFacts]:
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
    ) -> Sequence[records.ContactGroup]:
        """Return contacts in (after, until], grouped.

        Members of a group differ only in fields that no rule reads; a group may come in parts.
        """
        ...

    async def change(self, changes: Mapping[ContactId, records.ContactChange]) -> None: ...

    async def judged(self, outcomes: Sequence[records.JudgedContact]) -> None: ...

    async def refused(
        self, fingerprints: Collection[Fingerprint], *, unless: Collection[CampaignState]
    ) -> list[records.ClosedContact]:
        """Lock and return contacts closed by a refusal, but for campaigns in such a state."""
        ...

    async def closed_for(self, reason: ClosedReason, contact_ids: Iterable[ContactId]) -> list[ContactId]:
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


class ImportRepository(Protocol):
    async def add(self, manifest: ImportManifest) -> None: ...

    async def lock(self, campaign_id: CampaignId) -> Mapping[ImportId, ImportManifest]:
        """Return the campaign's imports, locked.

        Two units that add to one list do not wait for each other's rows in a circle then.
        """
        ...

    async def end(self, import_id: ImportId, counts: records.ImportCounts, report: str) -> ImportManifest:
        """Store its end. `report`: the import report as JSON. Raise `NotFound`."""
        ...

    async def get(self, import_id: ImportId) -> tuple[ImportManifest, str | None]:
        """Return it with its report, None while it goes on. Raise `NotFound`."""
        ...


class HasImports(Protocol):
    @property
    def imports(self) -> ImportRepository: ...


@dataclass(frozen=True, slots=True)
class ProofRow:
    """The proof of a consent. `source` and `proof` are as stored."""

    id: int
    recorded_at: datetime
    source: str
    proof: str


class ProofRepository(Protocol):
    async def keep_key(self, month: str, key: bytes) -> bytes:
        """Return the key of the month (`2027-02`): `key`, unless there was one already."""
        ...

    async def keys(self) -> dict[str, bytes]: ...

    async def in_clear(self, *, sealed: Sequence[str], limit: int) -> list[ProofRow]:
        """Return some proofs that begin with none of `sealed`."""
        ...

    async def replace(self, rows: Sequence[ProofRow]) -> None: ...

    async def destroy_keys(self, *, before: str) -> int:
        """Destroy the keys of earlier months without consents left; return their number."""
        ...


class HasProofs(Protocol):
    @property
    def proofs(self) -> ProofRepository: ...


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
