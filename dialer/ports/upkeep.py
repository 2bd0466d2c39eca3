"""Backups, restorations, notifications, retention and subject files, as services need them.

A notification is committed together with its cause, then delivered. After a restoration no call is
made until an operator has ended it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NewType, Protocol

from dialer.domain.base.types import AttemptId, CampaignId, Fingerprint, ImportId
from dialer.domain.consent import ConsentEvent, Contact, ContactState, ImportManifest
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.upkeep import BackupManifest, ProofTerm, RetentionRun, SavedFile
from dialer.ports.records import CallRow, Delivery


class DatabaseFile(Protocol):
    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        ...

    async def save(self, path: Path) -> None:
        """Save one instant of it, while it is in use. Raise `Unavailable`."""
        ...

    async def load(self, path: Path) -> None:
        """Raise `Conflict` where something is stored already, `Unavailable`."""
        ...


class BackupFolder(Protocol):
    """A new folder for a backup. Every method raises `InvalidInput` where it cannot be written."""

    @property
    def database(self) -> Path: ...

    async def begin(self) -> None:
        """Raise `Conflict` where the folder is not empty."""
        ...

    async def add_home(self) -> None:
        """Heads, journal, prompts, recordings, rule packs and settings, as they are now."""
        ...

    async def add_secrets(self, passphrase: str | None) -> None:
        """Keys and passwords, sealed under `passphrase` where there is one."""
        ...

    async def hashes(self) -> Mapping[str, SavedFile]:
        """Return the hash of every file but the manifest."""
        ...

    async def end(self, manifest: BackupManifest) -> None:
        """Write the manifest, as the last file: without it, this is no backup."""
        ...


WebhookUrl = NewType("WebhookUrl", str)
"""Name of one configured address, whose own text may hold secrets."""


class WebhookSender(Protocol):
    async def deliver(self, endpoint: WebhookUrl, body: bytes) -> None:
        """Return once it was taken. Raise `Unavailable` where that is not sure."""
        ...


class OutboxRepository(Protocol):
    async def has_due(self, endpoint: WebhookUrl, *, now: datetime) -> bool:
        """Return whether any is due at `now`: looking needs no writer's turn."""
        ...

    async def claim(
        self, endpoint: WebhookUrl, *, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        """Return the deliveries due at `now`, for this caller alone until `until`.

        They are due again then.
        """
        ...

    async def delivered(self, delivery_id: int) -> None: ...

    async def postpone(self, delivery_id: int, *, due_at: datetime | None, error: str) -> None:
        """Set when it is due again. `due_at` None: it is given up, and kept."""
        ...

    async def abandon(self, *, due_before: datetime, error: str) -> int:
        """Give up, and keep, notifications due before then: their endpoint is served no more.

        Return their count.
        """
        ...

    async def waiting(self) -> int:
        """Return how many are still to be delivered."""
        ...


class HasOutbox(Protocol):
    @property
    def outbox(self) -> OutboxRepository: ...


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that the backup did not hold, from the journal.

    `sponsor` None means unknown, so it counts for every sponsor.
    """

    attempt_id: AttemptId
    fingerprint: Fingerprint
    campaign_id: CampaignId
    sponsor: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DatabaseRestore:
    """A restoration. No call is made before it is `ended_at`.

    `read_back` counts by PBX the oppositions that its lock held and the database did not.
    """

    taken_at: datetime
    restored_at: datetime
    by: str
    read_back: Mapping[str, int]
    ended_at: datetime | None


class RestoreRepository(Protocol):
    async def add(self, restoration: DatabaseRestore) -> None: ...

    async def last(self) -> DatabaseRestore | None: ...

    async def add_calls(self, calls: Sequence[PastCall]) -> int:
        """Return how many the database did not know, as attempts or from earlier."""
        ...

    async def note_read_back(self, pbx: str, *, oppositions: int) -> None: ...

    async def end(self, *, at: datetime) -> None: ...


class HasRestores(Protocol):
    @property
    def restores(self) -> RestoreRepository: ...


@dataclass(frozen=True, slots=True)
class RetainedList:
    """An imported list with contacts left.

    `ended_at` is the end of its campaign, the last round included. `last_poll` is of its election.
    """

    import_id: ImportId
    campaign_id: CampaignId
    profile: str
    imported_at: datetime
    ended_at: datetime | None
    last_poll: date | None = None


class RetentionRepository(Protocol):
    """Erasure in small steps. Each unit is to be short: calls go on meanwhile."""

    async def lists(self) -> list[RetainedList]:
        """Return lists in order of import."""
        ...

    async def profiles(self) -> dict[str, frozenset[str]]:
        """Return the profiles of each sponsor's campaigns."""
        ...

    async def erase_contacts(
        self, import_id: ImportId, *, at: datetime, uncalled: bool = False, limit: int
    ) -> int:
        """Erase up to `limit` contacts of the list, or of its uncalled ones; return their count.

        Contacts being called are left for the next time.
        """
        ...

    async def erase_consents(self, term: ProofTerm, *, limit: int) -> int:
        """Delete up to `limit` consents of numbers on no list any more; return their count.

        Withdrawals stay.
        """
        ...

    async def destroy_keys(self, *, limit: int) -> int:
        """Destroy keys of numbers without a contact or a consent left, and their sealed texts.

        Return the count of keys.
        """
        ...

    async def begin(self, started_at: datetime) -> int:
        """Record that a run began; return its id."""
        ...

    async def end(self, run_id: int, run: RetentionRun) -> None: ...

    async def runs(self) -> Sequence[RetentionRun]:
        """Return runs from the last success on, in order."""
        ...


class HasRetention(Protocol):
    @property
    def retention(self) -> RetentionRepository: ...


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A row of a list. `erased_at`: since when nothing but the fingerprint is left of it."""

    contact: Contact
    state: ContactState
    next_due_at: datetime | None
    closed_reason: str | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Opposition:
    """An opposition as recorded, in force or removed."""

    entry: Suppression
    removed_at: datetime | None
    removed_by: str | None
    removed_reason: str | None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision about one person.

    `reasons` holds rule and code of each; its sentences and its inputs are in `sealed`. `context`
    (JSON) and `sealed` are None where they were not kept or are erased, `key` where it was
    destroyed.
    """

    id: int
    at: datetime
    campaign_id: CampaignId
    attempt_id: AttemptId | None
    permitted: bool
    reasons: list[dict[str, Any]]
    permit_until: datetime | None
    next_open: datetime | None
    rule_pack: str
    hash: str
    context: str | None
    sealed: bytes | None
    key: bytes | None


@dataclass(frozen=True, slots=True)
class SubjectFile:
    """The whole file of one person, read in one transaction.

    Each part is in the order of recording. `lists` holds names of external opposition lists.
    `past_calls` are those known from the journal only, after a backup was restored.
    """

    contacts: tuple[ListedPerson, ...]
    manifests: tuple[ImportManifest, ...]
    consents: tuple[ConsentEvent, ...]
    oppositions: tuple[Opposition, ...]
    lists: tuple[str, ...]
    calls: tuple[CallRow, ...]
    decisions: tuple[DecisionRow, ...]
    past_calls: tuple[PastCall, ...]

    @property
    def empty(self) -> bool:
        known = (self.contacts, self.consents, self.oppositions, self.lists)
        return not any((*known, self.calls, self.decisions, self.past_calls))


@dataclass(frozen=True, slots=True)
class Erased:
    """The rows that lost their personal data, by kind.

    `oppositions` are kept, without their notes.
    """

    contacts: int
    consents: int
    decisions: int
    keys: int
    oppositions: int


class SubjectRepository(Protocol):
    async def file(self, fingerprint: Fingerprint) -> SubjectFile: ...


class HasSubjects(Protocol):
    @property
    def subjects(self) -> SubjectRepository: ...
