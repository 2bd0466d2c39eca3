"""The journal: lines about events that must outlive the database, kept outside of it. Pure.

They are oppositions, withdrawals, erasures, calls and revoked tokens. A line is written before its
event is sealed, so every entry under the ledger's exported heads stands in the journal too. It
names people by fingerprint alone, with the version of the keys behind it. A restored database reads
it again before anything is dialled.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialer.domain.base.canonical_json import canonical
from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.event import Kind, LedgerEvent

KEPT: dict[Kind, tuple[str, ...]] = {
    Kind.OPPOSITION: ("sponsor", "channel", "received_at", "by"),
    Kind.WITHDRAWAL: ("sponsor", "channel", "withdrawn_at"),
    Kind.SUBJECT_ERASE: ("by",),
    Kind.PERMIT: ("campaign",),
    Kind.ACCESS_REVOKE: ("by",),
}
"""The parts of the body that are kept, by kind."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A line of the journal.

    `index`: of the entry in the ledger, as it was then. `version`: of the keys behind
    `fingerprint`.
    """

    index: int
    at: datetime
    kind: Kind
    version: int
    fingerprint: Fingerprint | None
    about: str | None
    body: dict[str, Any]

    def moment(self, name: str) -> datetime:
        """Return a time of the body, that of the event where it has none."""
        told = self.body.get(name)
        return datetime.fromisoformat(told) if told else self.at


def line_of(index: int, event: LedgerEvent, version: int) -> str | None:
    """Return an event's line in canonical JSON, None for a kind that need not be remembered."""
    if event.kind not in KEPT:
        return None
    return canonical(
        {
            "index": index,
            "at": event.at,
            "kind": event.kind,
            "version": version,
            "fingerprint": event.fingerprint,
            "about": event.about,
            "body": {name: event.body.get(name) for name in KEPT[event.kind]},
        }
    )


def read_line(line: str) -> JournalLine:
    """Parse a line. Raise `ValueError` for anything else.

    A line may be torn by a crash, and then was never acknowledged.
    """
    try:
        fields = json.loads(line)
        kind, at = Kind(fields.pop("kind")), datetime.fromisoformat(fields.pop("at"))
        return JournalLine(kind=kind, at=at, **fields)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no line of a journal: {error}") from None
