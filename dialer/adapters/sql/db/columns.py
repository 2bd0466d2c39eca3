"""Column types that carry the domain's own values in and out, alike on both engines."""

from abc import abstractmethod
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from dialer.domain.base.types import code_or_text
from dialer.domain.calls.call_events import LapseReason, RefusalCause, TraceStep, TraceVerb, UnsentCause
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.consent import ConsentedWindow, ConsentForm, Mention

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# SQLite numbers rows by itself only in a column declared exactly INTEGER.
BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")

T = TypeVar("T")
S = TypeVar("S")


class NaiveTime(DontWrapMixin, ValueError):
    """A time without an offset reached the store.

    That is a fault of this program, since the edges refuse such times.
    """


def to_micros(value: datetime) -> int:
    """Microseconds since 1970. Raise `NaiveTime`."""
    if value.tzinfo is None:
        raise NaiveTime(f"{value} has no offset from UTC")
    return (value - EPOCH) // MICROSECOND


def from_micros(stored: int) -> datetime:
    return EPOCH + stored * MICROSECOND


class Encoded(TypeDecorator[T], Generic[T, S]):
    """Stores `encode(value)` and gives back `decode(stored)`; NULL stays None."""

    cache_ok = True

    @staticmethod
    @abstractmethod
    def encode(value: T) -> S: ...

    @staticmethod
    @abstractmethod
    def decode(stored: S) -> T: ...

    def process_bind_param(self, value: T | None, dialect: sa.Dialect) -> S | None:  # noqa: ARG002
        return None if value is None else self.encode(value)

    def process_result_value(self, value: S | None, dialect: sa.Dialect) -> T | None:  # noqa: ARG002
        return None if value is None else self.decode(value)


class UtcDateTime(Encoded[datetime, int]):
    """Aware times as whole microseconds since 1970.

    Both engines then order, compare and return them exactly alike.
    """

    impl = sa.BigInteger
    cache_ok = True
    encode = staticmethod(to_micros)
    decode = staticmethod(from_micros)


class Definition(Encoded[CampaignDefinition, str]):
    """A campaign's definition as pydantic's JSON."""

    impl = sa.Text
    cache_ok = True

    @staticmethod
    def encode(value: CampaignDefinition) -> str:
        return value.model_dump_json()

    @staticmethod
    def decode(stored: str) -> CampaignDefinition:
        return CampaignDefinition.model_validate_json(stored)


class Trace(Encoded[tuple[TraceStep, ...], list[tuple[int, str, str]]]):
    """The steps of a call as JSON: `[microseconds since 1970, verb, name]` each."""

    impl = sa.JSON
    cache_ok = True

    @staticmethod
    def encode(value: tuple[TraceStep, ...]) -> list[tuple[int, str, str]]:
        return [(to_micros(step.at), step.verb.value, step.name) for step in value]

    @staticmethod
    def decode(stored: list[tuple[int, str, str]]) -> tuple[TraceStep, ...]:
        return tuple(TraceStep(from_micros(at), TraceVerb(verb), name) for at, verb, name in stored)


class Lapse(Encoded[LapseReason, str]):
    """A lapse reason as its words."""

    impl = sa.Text
    cache_ok = True

    @staticmethod
    def encode(value: LapseReason) -> str:
        return str(value)

    @staticmethod
    def decode(stored: str) -> LapseReason:
        known = code_or_text(stored, UnsentCause)
        return known if isinstance(known, UnsentCause) else code_or_text(stored, RefusalCause)


class Windows(Encoded[tuple[ConsentedWindow, ...], list[tuple[list[int], str, str]]]):
    """Consented windows as JSON: `[[days], start, end]` each, times as `HH:MM:SS`."""

    impl = sa.JSON
    cache_ok = True

    @staticmethod
    def encode(value: tuple[ConsentedWindow, ...]) -> list[tuple[list[int], str, str]]:
        return [(sorted(slot.days), slot.start.isoformat(), slot.end.isoformat()) for slot in value]

    @staticmethod
    def decode(stored: list[tuple[list[int], str, str]]) -> tuple[ConsentedWindow, ...]:
        return tuple(window_of(tuple(days), start, end) for days, start, end in stored)


class Form(Encoded[ConsentForm, str]):
    """The hash of the form's wording, a space, and its mentions with commas between."""

    impl = sa.Text
    cache_ok = True

    @staticmethod
    def encode(value: ConsentForm) -> str:
        return f"{value.wording} {','.join(value.mentions)}"

    @staticmethod
    def decode(stored: str) -> ConsentForm:
        return form_of(stored)


@lru_cache(maxsize=4096)
def form_of(stored: str) -> ConsentForm:
    wording, _, mentions = stored.partition(" ")
    return ConsentForm(wording, tuple(map(Mention, mentions.split(","))) if mentions else ())


@lru_cache(maxsize=65536)
def window_of(days: tuple[int, ...], start: str, end: str) -> ConsentedWindow:
    """Return the same object for the same window: forms offer few, and millions choose them."""
    return ConsentedWindow(frozenset(days), time.fromisoformat(start), time.fromisoformat(end))


def one_of(kind: type[StrEnum], name: str) -> sa.Enum:
    """Return a text column for the members of `kind`; its CHECK admits only their values."""
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
