"""People on lists, the source of their numbers, and their consents and withdrawals.

Consents and withdrawals are append-only events (docs/rules/readings.md#consent-record).
"""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.base.types import CampaignId, ContactId, Fingerprint, ImportId, PhoneNumber


class Basis(StrEnum):
    """The ground of a call: an opt-in, or one that a pack accepts in its place (FC-08, FC-10)."""

    OPT_IN = "opt_in"
    CONTRACT = "contract"
    """A running contract and its subject: the call is about that alone, and ends with it."""
    REQUEST = "request"
    """A request to be called back about a subject: soon, about that alone."""


class ConsentAct(StrEnum):
    """Positive acts: only these let a consent count again after a withdrawal.

    See docs/rules/readings.md#consent.
    """

    OPT_IN_FORM = "opt_in_form"
    DOUBLE_OPT_IN = "double_opt_in"
    SIGNED_PAPER = "signed_paper"
    SPOKEN_RECORDED = "spoken_recorded"
    INBOUND_REQUEST = "inbound_request"


class Mention(StrEnum):
    """Mentions that a form asking for consent to sales calls must make (FC-04)."""

    CALLER_AND_OFFER = "caller_and_offer"
    """The caller, the sponsor, and the kind of goods or services."""
    YES_OR_NO = "yes_or_no"
    PERIOD = "period"
    WITHDRAWAL = "withdrawal"
    """The right to withdraw, and how."""
    DURABLE_PROOF = "durable_proof"
    """The way to get the proof of the consent, on a medium that lasts."""


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """The form as it was shown to the person.

    `wording`: SHA-256 of its text, 64 lower-case hexadecimal digits. `mentions`: each once, in
    order.
    """

    wording: str
    mentions: tuple[Mention, ...]


class ConsentedWindow(NamedTuple):
    """A weekly slot in the callee's local time, half-open. `days` are 0 (Monday) to 6."""

    days: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A consent as collected.

    An empty `source` or `proof` is stored, and refuses at the decision (CONSENT_PROOF).

    Of a contract (`basis`): its reference is `proof`, its subject `purpose`, its start and end are
    `given_at` and `expires_at`.
    """

    fingerprint: Fingerprint
    sponsor: str
    purpose: str
    channel: str
    source: str
    proof: str
    given_at: datetime
    expires_at: datetime | None
    windows: tuple[ConsentedWindow, ...]
    appointment_at: datetime | None
    act: ConsentAct | None
    territory: str | None
    timezone: str | None
    import_id: ImportId | None
    recorded_at: datetime
    basis: Basis = Basis.OPT_IN
    form: ConsentForm | None = None
    """None: not stated."""


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """A withdrawal: it ends every consent of `sponsor` given before `withdrawn_at`.

    `sponsor` None means every sponsor.
    """

    fingerprint: Fingerprint
    sponsor: str | None
    channel: str
    withdrawn_at: datetime
    recorded_at: datetime


ConsentEvent = ConsentGiven | ConsentWithdrawn

NETWORK = "network"
"""The `channel` of a withdrawal by the network: it said that the number is not assigned (T057)."""


@dataclass(frozen=True, slots=True)
class ConsentReinstated:
    """The undoing of a withdrawal by the network: the trunk that reported it was at fault."""

    fingerprint: Fingerprint
    trunk: str
    restored_at: datetime
    restored_by: str
    restored_reason: str


class SourceClass(StrEnum):
    """The source of a list (FP-30). Any other class is refused at import."""

    OPT_IN_FORM = "opt_in_form"
    OWN_MEMBERS = "own_members"
    PARTNER_OPT_IN = "partner_opt_in"
    PAPER_FORM = "paper_form"
    INBOUND_REQUEST = "inbound_request"


class ContactState(StrEnum):
    DUE = "due"
    """To be called at `next_due_at`, if the decision then permits."""
    CALLING = "calling"
    """An attempt is alive."""
    CLOSED = "closed"
    """Never again in this campaign; `closed_reason` says why."""


class ContactDetails(BaseModel):
    """Details of a person, as a list states them beside the number and the consent.

    Each field is an optional column of the contact file and of the table of contacts. It is shown
    with the contact, and emptied with it. To add one: declare it here, add a migration and a row of
    docs/contact-file.md.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    external_id: str | None = Field(description="Its own id in the list.", examples=["member-17"])
    language: str | None = Field(description="As stated in the list: ISO 639.", examples=["fr"])
    territory: str | None = Field(description="As stated in the list: ISO 3166.", examples=["FR"])
    timezone: str | None = Field(description="As stated in the list: IANA.", examples=["Europe/Paris"])


@dataclass(frozen=True, slots=True)
class Contact:
    """A row of an imported list."""

    id: ContactId
    campaign_id: CampaignId
    number: PhoneNumber
    fingerprint: Fingerprint
    import_id: ImportId
    line: int
    details: ContactDetails


@dataclass(frozen=True, slots=True)
class ImportManifest:
    """The source of a list, kept with its hash and its counts (E4).

    `collected_at` is the supplier's statement.
    """

    id: ImportId
    kind: str
    campaign_id: CampaignId | None
    source_class: SourceClass | None
    supplier: str | None
    collected_at: datetime | None
    file_name: str
    file_sha256: str
    imported_by: str
    imported_at: datetime
