"""Base models and types that bodies and queries share."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema

from dialer.domain.base.instant import instant_of


class Wire(BaseModel):
    """A JSON object of the API. A misspelt key is an error, never a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Wire):
    """No parameters, or an empty object."""


Instant = Annotated[
    datetime,
    PlainValidator(instant_of, json_schema_input_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

Phone = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""A telephone number in any spelling."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=2000)]


class Reason(Wire):
    """A reason, in the sender's own words."""

    reason: Text = ""


class Page(Wire):
    """The part of a list to show. `cursor` is the `next_cursor` of the page before."""

    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = None
