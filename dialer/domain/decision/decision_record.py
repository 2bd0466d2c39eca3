"""The answer to "may this number be called now?": a Permit or a Refusal, with every rule that said no."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class ReasonCode(StrEnum):
    """Stable codes, explained in docs/rules/reason-codes.md."""

    NO_CONSENT = "NO_CONSENT"
    CONSENT_SPONSOR = "CONSENT_SPONSOR"
    CONSENT_PURPOSE = "CONSENT_PURPOSE"
    CONSENT_CHANNEL = "CONSENT_CHANNEL"
    CONSENT_EXPIRED = "CONSENT_EXPIRED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    CONSENT_NO_WINDOW = "CONSENT_NO_WINDOW"
    CONSENT_PROOF = "CONSENT_PROOF"
    OUT_OF_CONSENT_WINDOW = "OUT_OF_CONSENT_WINDOW"
    OUT_OF_LEGAL_HOURS = "OUT_OF_LEGAL_HOURS"
    HOLIDAY = "HOLIDAY"
    ELECTORAL_SILENCE = "ELECTORAL_SILENCE"
    WOULD_RING_PAST_END = "WOULD_RING_PAST_END"
    SUPPRESSED = "SUPPRESSED"
    CAPPED = "CAPPED"
    RECALL_TOO_SOON = "RECALL_TOO_SOON"
    ALREADY_DELIVERED = "ALREADY_DELIVERED"
    INVALID_NUMBER = "INVALID_NUMBER"
    FORBIDDEN_NUMBER = "FORBIDDEN_NUMBER"
    JURISDICTION = "JURISDICTION"
    UNKNOWN_TIMEZONE = "UNKNOWN_TIMEZONE"
    CALLER_ID = "CALLER_ID"
    PROVENANCE = "PROVENANCE"
    SECTOR = "SECTOR"
    CAMPAIGN_NOT_RUNNING = "CAMPAIGN_NOT_RUNNING"
    CAMPAIGN_ENDED = "CAMPAIGN_ENDED"
    HALTED = "HALTED"
    CLOCK = "CLOCK"
    LEDGER = "LEDGER"
    NO_RULE_PACK = "NO_RULE_PACK"
    BAD_REQUEST = "BAD_REQUEST"


class Reason(NamedTuple):
    """One rule's refusal: its id in the rules (`FP-02`), its code, and a sentence for a person."""

    rule: str
    code: ReasonCode
    detail: str


class Decision(NamedTuple):
    """What was decided, at which instant, and why.

    `permit_until` (exclusive, UTC) is set for a permit only; `next_open` is the next instant at which the calendar alone would allow the call,
    None where there is none. `zones` are the IANA zones judged. `rule_pack` is `name@version`, empty where none applies.
    """

    at: datetime
    permitted: bool
    reasons: tuple[Reason, ...]
    permit_until: datetime | None
    next_open: datetime | None
    zones: tuple[str, ...]
    rule_pack: str
    pack_hash: str
    caller_id: str | None
    """The number to present to this callee, chosen by territory."""
    open_until: datetime | None = None
    """Of a permit: where legal hours and consented windows end around it, which a call under way may outlast (T008)."""

    @property
    def codes(self) -> frozenset[ReasonCode]:
        return frozenset(reason.code for reason in self.reasons)
