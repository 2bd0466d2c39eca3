"""What every body and answer shares."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
# RFC 3339, which is narrower than what the standard library reads as ISO 8601.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)


class Wire(BaseModel):
    """One JSON object of the API. A misspelt key is an error, never a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Wire):
    """No parameters, or an empty object."""


def parse_instant(value: object) -> datetime:
    """A time with its offset. Naive times are refused, and numbers, which could be seconds or milliseconds."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("should be an ISO 8601 time such as 2027-02-01T10:00:00+01:00")
    instant = datetime.fromisoformat(value.upper())
    if instant.tzinfo is None:
        raise ValueError("has no offset: write 2027-02-01T10:00:00+01:00, or Z for UTC")
    if not EARLIEST <= instant < LATEST:
        raise ValueError("should lie between the years 1970 and 2199")
    return instant


Instant = Annotated[
    datetime,
    PlainValidator(parse_instant, json_schema_input_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

Phone = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A telephone number in any spelling."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=2000)]


class Reason(Wire):
    """Why somebody does it, in their own words."""

    reason: Text = ""


class Page(Wire):
    """Which part of a list. `cursor` comes from the `next_cursor` of the page before."""

    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = None
