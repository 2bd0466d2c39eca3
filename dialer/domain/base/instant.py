"""Instants as people and programs write them: ISO 8601 with an offset.

They lie within the years for which the calendars here mean something.
"""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Exclusive. Beyond, arithmetic with local times may overflow."""
EXAMPLE = "2027-02-01T10:00:00+01:00"
# RFC 3339, which is narrower than what the standard library reads as ISO 8601.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)


def parse_instant(text: str) -> datetime:
    """Parse an instant and keep its offset.

    Raise `ValueError` for a naive time, a date alone, and any text that could mean several
    instants.
    """
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"should be an ISO 8601 time such as {EXAMPLE}")
    return bounded(datetime.fromisoformat(text.upper()))


def bounded(instant: datetime) -> datetime:
    """Return the instant as it was written, with its offset.

    Raise `ValueError` where it is naive or out of bounds.
    """
    if instant.tzinfo is None:
        raise ValueError(f"has no offset: write {EXAMPLE}, or Z for UTC")
    if not EARLIEST <= instant < LATEST:
        raise ValueError("should lie between the years 1970 and 2199")
    return instant


def instant_of(value: object) -> datetime:
    """Return an instant from a text or a time.

    Raise `ValueError` for anything else. Numbers are refused: they could be seconds or
    milliseconds.
    """
    match value:
        case datetime():
            return bounded(value)
        case str():
            return parse_instant(value)
    raise ValueError(f"should be an ISO 8601 time such as {EXAMPLE}")


WrittenInstant = Annotated[
    datetime, BeforeValidator(instant_of), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""A field of a model that people or programs write."""
