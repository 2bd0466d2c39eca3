"""What goes into the store and comes out of it, beside the domain's own values."""

from dataclasses import dataclass
from datetime import datetime

from dialer.domain.attempt import Attempt
from dialer.domain.call_events import AttemptId
from dialer.domain.campaign import Campaign, CampaignId
from dialer.domain.campaign_definition import Election
from dialer.domain.consent import ConsentEvent, ConsentGiven
from dialer.domain.contact import (
    Contact,
    Fingerprint,
    PhoneNumber,
    SourceClass,
)
from dialer.domain.decision_record import Decision
from dialer.domain.facts import PastAttempt
from dialer.domain.retry import Closed, Due
from dialer.domain.suppression import Suppression


@dataclass(frozen=True, slots=True)
class NewContact:
    """A row to add: its contact columns, and the consent given with it where the row states one."""

    line: int
    number: PhoneNumber
    fingerprint: Fingerprint
    external_id: str | None
    language: str | None
    territory: str | None
    timezone: str | None
    consent: ConsentGiven | None


@dataclass(frozen=True, slots=True)
class ImportCounts:
    rows: int
    imported: int
    duplicates: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is stored about one contact of one campaign, read in one transaction.

    `consents` and `suppressions` (not removed) of any sponsor; `attempts` of the campaign's sponsor in all its campaigns.
    """

    contact: Contact
    source_class: SourceClass | None
    consents: tuple[ConsentEvent, ...]
    suppressions: tuple[Suppression, ...]
    attempts: tuple[PastAttempt, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The campaign and the machine as they are in the same transaction. `silences`: elections of the sponsor's other live campaigns."""

    campaign: Campaign
    halted: bool
    silences: tuple[Election, ...]


ContactChange = Due | Closed
"""What becomes of a contact: due again, or done with in this campaign."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one due contact: an attempt to make, or what becomes of the contact. `facts` is the canonical JSON judged on."""

    decision: Decision
    decision_hash: str
    facts: str
    outcome: Attempt | ContactChange


@dataclass(frozen=True, slots=True)
class Progression:
    """How one attempt moved on, to be committed whole: with an opposition and with what becomes of the contact, if any."""

    attempt: Attempt
    suppression: Suppression | None = None
    contact: ContactChange | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of one campaign. `refused`: contacts whose last decision was a refusal, by each of its codes."""

    contacts: int
    due: int
    calling: int
    closed: int
    attempts: int
    results: dict[str, int]
    refused: dict[str, int]
    next_due_at: datetime | None


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
class HaltState:
    halted: bool
    reason: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What an HTTP request was answered, to be given again when it is repeated."""

    status: int
    location: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An `Idempotency-Key` of one token, and the SHA-256 of the request it stands for."""

    token: str
    key: str
    request_sha256: str
