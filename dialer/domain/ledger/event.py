"""A ledger event before it has its place, its kinds, and the redaction of numbers in free text.

People write phone numbers anywhere, and the ledger may hold none.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.domain.base.canonical_json import canonical
from dialer.domain.base.types import Fingerprint

# Eight digits, however they are separated: the shortest numbers with a country code. Dates go, too,
# which is the safe side.
_NUMBER = re.compile(r"\+?\d(?:[^\w\n]{0,3}\d){7,}")
REDACTED = "[number]"


def redacted(text: str) -> str:
    """Return the text with `REDACTED` in place of each phone number."""
    return _NUMBER.sub(REDACTED, text)


def redacted_or_none(text: str | None) -> str | None:
    return None if text is None else redacted(text)


class Kind(StrEnum):
    PERMIT = "decision.permit"
    REFUSAL = "decision.refusal"
    SET_ASIDE = "decision.set_aside"
    PUT_BACK = "decision.put_back"
    OUTCOME = "attempt.outcome"
    LATE_OPPOSITION = "attempt.late_opposition"
    OPPOSITION = "suppression.add"
    OPPOSITION_LIFTED = "suppression.remove"
    CONSENT = "consent.give"
    WITHDRAWAL = "consent.withdraw"
    RESTORATION = "consent.restore"
    CAMPAIGN_CREATE = "campaign.create"
    CAMPAIGN_APPROVE = "campaign.approve"
    CAMPAIGN_START = "campaign.start"
    CAMPAIGN_PAUSE = "campaign.pause"
    CAMPAIGN_RESUME = "campaign.resume"
    CAMPAIGN_STOP = "campaign.stop"
    CAMPAIGN_COMPLETE = "campaign.complete"
    CAMPAIGN_POLLS = "campaign.poll_dates"
    CAMPAIGN_RECORDING = "campaign.recording"
    CAMPAIGN_INSPECT = "campaign.inspect"
    IMPORT_BEGIN = "import.begin"
    IMPORT_END = "import.end"
    HALT = "system.halt"
    UNHALT = "system.unhalt"
    ACCESS_GRANT = "token.create"
    ACCESS_REVOKE = "token.revoke"
    SUBJECT_EXPORT = "subject.export"
    SUBJECT_ERASE = "subject.erase"
    RETENTION = "retention.run"
    BACKUP = "backup.take"
    RESTORE = "ledger.restore"
    KEYS_ROTATION = "keys.rotation"
    KEYS_ROTATE = "keys.rotate"
    SUSPEND = "dialing.suspend"
    GO_ON = "dialing.resume"
    PBX_UP = "pbx.up"
    PBX_DOWN = "pbx.down"
    PROBE = "line.probe"


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """An event to be recorded.

    `at`: when it happened, UTC. `about`: the id of the attempt, campaign, import, token or PBX
    concerned. `body` has a canonical form (`canonical_json.plain`) and holds neither a number in
    clear nor a fingerprint.
    """

    at: datetime
    kind: Kind
    body: Mapping[str, object]
    fingerprint: Fingerprint | None = None
    about: str | None = None


def act(
    kind: Kind,
    body: Mapping[str, object],
    *,
    by: str,
    at: datetime,
    reason: str | None = None,
    about: str | None = None,
    fingerprint: Fingerprint | None = None,
) -> LedgerEvent:
    """Build the event of a person's act: `by` and `reason` join the body, numbers redacted."""
    words = {"by": by, "reason": reason}
    signed = {name: redacted(text) for name, text in words.items() if text is not None}
    return LedgerEvent(at, kind, {**body, **signed}, fingerprint, about)


def digest(value: object) -> str:
    """Return the SHA-256 over the canonical JSON of the whole record, in hexadecimal.

    Through it the ledger vouches for more than it tells.
    """
    return hashlib.sha256(canonical(value).encode()).hexdigest()
