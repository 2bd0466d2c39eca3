"""Data stored about one person, and its erasure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from dialer.domain.base.types import AttemptId, CampaignId, Fingerprint
from dialer.domain.consent.consent import ConsentEvent
from dialer.domain.consent.contact import Contact, ContactState, ImportManifest
from dialer.domain.oppositions.suppression import Suppression
from dialer.ports.records import CallRow
from dialer.ports.upkeep.restores import PastCall


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
