"""Consents and withdrawals: append-only events (docs/rules/readings.md#consent-record)."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import NamedTuple

from dialer.domain.base.types import Fingerprint, ImportId
from dialer.domain.consent.basis import Basis


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
