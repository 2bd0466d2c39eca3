"""Values of the store beside the domain's own."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint, PhoneNumber
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.retry import ContactClosed, Due
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.campaign_definition import Election
from dialer.domain.consent import ConsentEvent, ConsentGiven, Contact, ContactDetails, SourceClass
from dialer.domain.decision.facts import PastAttempt
from dialer.domain.decision.record import Decision
from dialer.domain.oppositions.suppression import ListStanding, OppositionList, Suppression


@dataclass(frozen=True, slots=True)
class NewContact:
    """A row to add, and the consent given with it where the row states one."""

    line: int
    number: PhoneNumber
    fingerprint: Fingerprint
    details: ContactDetails
    consent: ConsentGiven | None


@dataclass(frozen=True, slots=True)
class ImportCounts:
    rows: int
    imported: int
    duplicates: int
    rejected: int


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Everything stored about one contact of one campaign, read in one transaction.

    `consents` and `suppressions` (not removed) are of any sponsor. `attempts` are of the campaign's
    sponsor in all its campaigns. `lists` are in force for that sponsor. `key` is the number's own
    key, wrapped; None where it has none yet, and where it was not asked for (the claim alone needs
    it).
    """

    contact: Contact
    source_class: SourceClass | None
    consents: tuple[ConsentEvent, ...]
    suppressions: tuple[Suppression, ...]
    attempts: tuple[PastAttempt, ...]
    lists: tuple[ListStanding, ...] = ()
    key: bytes | None = None


@dataclass(frozen=True, slots=True)
class ContactGroup:
    """Contacts that differ in their numbers only.

    `kind` identifies their common values. `dossier` is of one of them. `ends` holds the ends of
    their single consents, where each ends within the forecast; else empty.
    """

    kind: Hashable
    numbers: tuple[PhoneNumber, ...]
    ends: tuple[datetime, ...]
    dossier: ContactFacts


@dataclass(frozen=True, slots=True)
class CampaignSnapshot:
    """The campaign and the machine as they are in the same transaction.

    `silences` are elections of the sponsor's other live campaigns.
    """

    campaign: Campaign
    halted: bool
    silences: tuple[Election, ...]


ContactChange = Due | ContactClosed
"""The next state of a contact: due again, or closed in this campaign."""


@dataclass(frozen=True, slots=True)
class ListedContact:
    """A contact as it stands on its list; `next_due_at` None: not due."""

    contact: Contact
    source_class: SourceClass | None
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class JudgedContact:
    """A contact after its decision. `change` None: it is being called. `codes`: of the refusal."""

    id: ContactId
    change: ContactChange | None
    codes: str | None


@dataclass(frozen=True, slots=True)
class ClosedContact:
    """A contact closed by a refusal with these codes."""

    id: ContactId
    fingerprint: Fingerprint
    sponsor: str
    codes: frozenset[str]


class InputKind(StrEnum):
    CONTEXT = "context"
    """`dialer.domain.decision.facts.shared_part`: campaign, trunk and state of the machine."""
    PACK = "pack"
    """A `RulePack` as pydantic's JSON."""


@dataclass(frozen=True, slots=True)
class SharedInput:
    """An input that many decisions share, stored once.

    `hash` is SHA-256 over its canonical form.
    """

    hash: str
    kind: InputKind
    content: str


@dataclass(frozen=True, slots=True)
class ArchivedInputs:
    """Inputs of a decision in stored form: the person's half is sealed under the number's key.

    `new_key` is a key made just now, wrapped.
    """

    context: SharedInput
    pack: SharedInput | None
    sealed: bytes
    new_key: bytes | None


@dataclass(frozen=True, slots=True)
class ClaimDecision:
    """The verdict on one due contact: an attempt to make, or the contact's next state."""

    decision: Decision
    decision_hash: str
    inputs: ArchivedInputs
    outcome: Attempt | ContactChange
    cut_at: datetime | None = None
    """Begin of electoral silence for a callee who may be called: a call is cut then."""


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    campaign_id: CampaignId | None = None
    attempt_id: AttemptId | None = None
    after: int = 0
    """Exclusive cursor, in order of recording."""
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class ArchivedDecision:
    """A decision as recorded.

    `context_hash` and `sealed` are None where its inputs were not kept, `key` where it was
    destroyed.
    """

    id: int
    at: datetime
    campaign_id: CampaignId
    attempt_id: AttemptId | None
    fingerprint: Fingerprint
    rule_pack: str
    pack_hash: str
    hash: str
    context_hash: str | None
    sealed: bytes | None
    key: bytes | None


@dataclass(frozen=True, slots=True)
class Progression:
    """The progress of one attempt, committed whole with its opposition and its contact's new state.

    `voids`: the number is unallocated; its consents end once the trunk has proved itself
    (`Trunks.reached`).
    """

    attempt: Attempt
    suppression: Suppression | None = None
    contact: ContactChange | None = None
    voids: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of one campaign.

    `refused` counts contacts whose last decision was a refusal, by each of its codes.
    """

    contacts: int
    due: int
    calling: int
    closed: int
    attempts: int
    results: dict[str, int]
    refused: dict[str, int]
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedCount:
    """A list in force (or imported, and not valid any more), and how many entries it has."""

    list: OppositionList
    entries: int


@dataclass(frozen=True, slots=True)
class CallFilter:
    campaign_id: CampaignId | None = None
    fingerprint: Fingerprint | None = None
    after: AttemptId | None = None
    """Exclusive cursor, in order of decision."""
    limit: int = 100


@dataclass(frozen=True, slots=True)
class CallRow:
    """An attempt with its contact's `external_id`."""

    attempt: Attempt
    external_id: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification claimed for one endpoint: a CloudEvent in JSON. `tries` counts this one."""

    id: int
    body: str
    tries: int


@dataclass(frozen=True, slots=True)
class ArchivedAnswer:
    """The answer to an HTTP request, to be given again when it is repeated."""

    status: int
    location: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An `Idempotency-Key` of one token, and the SHA-256 of the request it stands for."""

    token: str
    key: str
    request_sha256: str
