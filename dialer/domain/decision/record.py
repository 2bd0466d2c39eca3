"""The record of a decision: a permit, or a refusal with every rule that refused and its code."""

from datetime import datetime
from enum import Flag, StrEnum, auto
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    # Settings know of decisions, and a halt reads settings: it must not load rule packs first.
    from dialer.domain.rulepacks.rulepack import CompiledRulePack

PROJECT_RULE = "2.10"
"""The id of the program's own rules, and of all rules where no pack is in force."""


class Lifting(Flag):
    """Events that lift a refusal. `domain/calls/retry.py` says what becomes of the contact."""

    NOTHING = 0
    CALENDAR = auto()
    """Over when the calendar opens."""
    TIME = auto()
    """Over at a time that the decision does not state."""
    CONSENT = auto()
    """Over with a new consent."""
    MACHINE = auto()
    """Over when the campaign or the machine is well again: it says nothing about the callee."""


class ReasonCode(StrEnum):
    """Stable codes, each with what can lift its refusal.

    Explained in docs/rules/reason-codes.md.
    """

    _value_: str
    lifted_by: Lifting

    def __new__(cls, code: str, lifted_by: Lifting = Lifting.NOTHING) -> Self:
        member = str.__new__(cls, code)
        member._value_, member.lifted_by = code, lifted_by
        return member

    NO_CONSENT = "NO_CONSENT", Lifting.CONSENT
    CONSENT_SPONSOR = "CONSENT_SPONSOR", Lifting.CONSENT
    CONSENT_PURPOSE = "CONSENT_PURPOSE", Lifting.CONSENT
    CONSENT_CHANNEL = "CONSENT_CHANNEL", Lifting.CONSENT
    CONSENT_EXPIRED = "CONSENT_EXPIRED", Lifting.CONSENT
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN", Lifting.CONSENT
    CONSENT_NO_WINDOW = "CONSENT_NO_WINDOW", Lifting.CONSENT
    CONSENT_PROOF = "CONSENT_PROOF", Lifting.CONSENT
    OUT_OF_CONSENT_WINDOW = "OUT_OF_CONSENT_WINDOW", Lifting.CALENDAR | Lifting.CONSENT
    OUT_OF_LEGAL_HOURS = "OUT_OF_LEGAL_HOURS", Lifting.CALENDAR
    HOLIDAY = "HOLIDAY", Lifting.CALENDAR
    ELECTORAL_SILENCE = "ELECTORAL_SILENCE", Lifting.CALENDAR
    WOULD_RING_PAST_END = "WOULD_RING_PAST_END", Lifting.CALENDAR
    SUPPRESSED = "SUPPRESSED", Lifting.TIME
    CAPPED = "CAPPED", Lifting.TIME
    RECALL_TOO_SOON = "RECALL_TOO_SOON", Lifting.TIME
    ALREADY_DELIVERED = "ALREADY_DELIVERED"
    INVALID_NUMBER = "INVALID_NUMBER"
    FORBIDDEN_NUMBER = "FORBIDDEN_NUMBER"
    JURISDICTION = "JURISDICTION"
    UNKNOWN_TIMEZONE = "UNKNOWN_TIMEZONE"
    CALLER_ID = "CALLER_ID", Lifting.TIME
    PROVENANCE = "PROVENANCE"
    SECTOR = "SECTOR"
    CAMPAIGN_NOT_RUNNING = "CAMPAIGN_NOT_RUNNING", Lifting.MACHINE
    CAMPAIGN_ENDED = "CAMPAIGN_ENDED"
    HALTED = "HALTED", Lifting.MACHINE
    CLOCK = "CLOCK", Lifting.MACHINE
    LEDGER = "LEDGER", Lifting.MACHINE
    NO_RULE_PACK = "NO_RULE_PACK"
    BAD_REQUEST = "BAD_REQUEST"


class RefusalReason(NamedTuple):
    """A rule's refusal: its id in the rules (`FP-02`), its code, and a sentence for a person."""

    rule: str
    code: ReasonCode
    detail: str


class Decision(NamedTuple):
    """A permit, or a refusal with its reasons, at one instant.

    The names and order of the fields are stored.
    `permit_until`: exclusive, UTC, of a permit only.
    `next_open`: the next instant at which the calendar alone would allow the call, None where there
    is none.
    `zones`: the IANA zones that were judged. `rule_pack`: `name@version`, empty where none applies.
    """

    at: datetime
    permitted: bool
    reasons: tuple[RefusalReason, ...]
    permit_until: datetime | None
    next_open: datetime | None
    zones: tuple[str, ...]
    rule_pack: str
    pack_hash: str
    caller_id: str | None
    """The number to present to this callee, chosen by territory."""
    open_until: datetime | None = None
    """End of hours and windows around a permit; a call may outlast it (T008)."""

    @property
    def codes(self) -> frozenset[ReasonCode]:
        return frozenset(reason.code for reason in self.reasons)


def decision(
    *,
    at: datetime,
    reasons: tuple[RefusalReason, ...],
    permit_until: datetime | None,
    open_until: datetime | None,
    next_open: datetime | None,
    zones: tuple[str, ...],
    pack: "CompiledRulePack | None",
    caller_id: str | None,
) -> Decision:
    """Make a decision, which is a permit where `permit_until` is known.

    A function takes keywords much faster than the class does; the order is that of its fields.
    """
    title, digest = (pack.title, pack.hash) if pack else ("", "")
    permitted = permit_until is not None
    return Decision(
        at, permitted, reasons, permit_until, next_open, zones, title, digest, caller_id, open_until
    )
