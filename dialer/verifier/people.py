"""A line of `evidence.jsonl`, read: a person called, their sealed entries, their calls' records.

    {"list", "line", "external_id", "phone_number", "territories": [ISO 3166], "area",
     "consents": [...], "calls": [...], "entries": [{"index", "text", "proof"}]}

Each call is `{"attempt_id", "campaign_id", "record": text, "context": hash, "answered": text}`.
`record` is its record as it was hashed into the ledger (None while it goes on). `context` and
`answered` are the input of its decision (None where that was erased, or left out). Calls of the
sponsor's other campaigns to the same number are among them: the caps count all.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple

Document = dict[str, Any]


class Entry(NamedTuple):
    """A sealed entry: its `number` in the ledger.

    `at` is when it happened; `pretended`: by a shifted clock.
    """

    number: int
    kind: str
    at: datetime
    subject: str | None
    about: str | None
    pretended: bool
    body: Document


class RecordedCall(NamedTuple):
    """A call as recorded.

    `record` is None while the call goes on. `digest` is the SHA-256 of its text, in hexadecimal.
    """

    attempt_id: str
    campaign_id: str
    record: Document | None
    digest: str
    context: str | None
    answered: Document | None


class Person(NamedTuple):
    phone_number: str | None
    territories: tuple[str, ...]
    area: str | None
    calls: tuple[RecordedCall, ...]
    consents: tuple[Document, ...]
    entries: tuple[Entry, ...]

    @property
    def label(self) -> str:
        """The possible territories, for a heading."""
        return "/".join(self.territories) or "?"


def read_person(document: Document) -> Person:
    """Parse a person. Raise `ValueError`, `KeyError` or `TypeError` for anything else."""
    return Person(
        phone_number=document["phone_number"],
        territories=tuple(document["territories"]),
        area=document["area"],
        calls=tuple(_call(call) for call in document["calls"]),
        consents=tuple(document["consents"]),
        entries=tuple(_entry(item["text"]) for item in document["entries"]),
    )


def instant(text: str) -> datetime:
    """Parse RFC 3339 with an offset. Raise `ValueError` for a time without one."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return at


def instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else instant(text)


def invite_at(record: Document) -> datetime | None:
    """Return when the INVITE left; None where none did.

    A call whose beginning was not seen is dated by its end: then the moment at which it was sent is
    nearer. A call sent and lost counts.
    """
    if record["state"] in ("permitted", "lapsed"):
        return None
    dialed, sent = record["dialed_at"], record["originated_at"]
    unseen = dialed is None or (dialed == record["ended_at"] and record["answered_at"] is None)
    return instant_or_none(sent if unseen and sent else dialed)


def _call(document: Document) -> RecordedCall:
    text = document["record"]
    record = None if text is None else json.loads(text)
    if record is not None and record["id"] != document["attempt_id"]:
        raise ValueError(f"the record of call {document['attempt_id']} is that of another")
    return RecordedCall(
        document["attempt_id"],
        document["campaign_id"],
        record,
        _sha256(text or ""),
        document["context"],
        None if document["answered"] is None else json.loads(document["answered"]),
    )


def _entry(text: str) -> Entry:
    fields = json.loads(text)
    return Entry(
        fields["index"],
        fields["kind"],
        instant(fields["at"]),
        fields["subject"],
        fields["about"],
        fields["pretended"],
        fields["body"],
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
