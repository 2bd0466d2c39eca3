"""Readers of cells that several kinds of import share.

Each raises `RowRejected` for a malformed cell; parsers of windows raise `ValueError`.
"""

import re
from datetime import UTC, datetime, time
from functools import lru_cache

from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.instant import parse_instant
from dialer.domain.base.types import PhoneNumber
from dialer.domain.consent import ConsentedWindow
from dialer.domain.numbers.callee_location import Statement, check_zone, place_of
from dialer.domain.numbers.number_plan import FRENCH_CODES, number_facts
from dialer.domain.numbers.phone import parse_phone
from dialer.domain.numbers.phone_text import PhoneError, quoted
from dialer.domain.numbers.territory import territory_of
from dialer.services.imports.csv import CsvRow
from dialer.services.imports.run import RowRejected

MAX_NAME = 200
MAX_TEXT = 2000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Unicode category Cc."""
_PLACE_CODES = {"territory": "TERRITORY", "timezone": "UNKNOWN_TIMEZONE"}


def demand_whole(row: CsvRow) -> None:
    """Reject a row whose cells cannot be separated with certainty."""
    if row.fault:
        raise RowRejected("MALFORMED_ROW", row.fault)


def phone(row: CsvRow, region: str) -> PhoneNumber:
    """Read the canonical number.

    The typed text is not repeated in an error: a report is no place for numbers.
    """
    raw = row.cells.get("phone_number", "")
    if not raw.strip():
        raise RowRejected("INVALID_NUMBER", "phone_number is empty")
    try:
        return parse_phone(raw, region=region)
    except PhoneError as error:
        why = error.detail.replace(quoted(raw), "phone_number")
        raise RowRejected(error.reason, why) from None


def name(row: CsvRow, column: str) -> str | None:
    """Read an identifier exactly as written (ids are compared so); None where the cell is blank."""
    value = row.cells.get(column, "")
    _check(column, value, MAX_NAME)
    return value if value.strip() else None


def text(row: CsvRow, column: str) -> str:
    """Read free text without surrounding spaces, perhaps empty."""
    value = row.text(column)
    _check(column, value, MAX_TEXT)
    return value


def instant(row: CsvRow, column: str) -> datetime | None:
    """Read an instant in UTC; None where the cell is blank."""
    value = row.text(column)
    try:
        return parse_instant(value).astimezone(UTC) if value else None
    except ValueError as error:
        raise RowRejected("TIME", f"{column} {error}") from None


def place(row: CsvRow, number: PhoneNumber) -> Statement:
    """Read territory and zone as stated, where they are known and fit each other and the number."""
    territory, timezone = _territory(row, number), row.text("timezone") or None
    try:
        check_zone(territory, timezone, number)
    except InvalidInput as error:
        (problem,) = error.problems
        raise RowRejected(_PLACE_CODES[problem.where], f"{problem.where} {problem.detail}") from None
    return territory, timezone


def _territory(row: CsvRow, number: PhoneNumber) -> str | None:
    """Read the territory, stated or derived from the postcode of a French number.

    The postcode is not kept. Raise `RowRejected` where the two differ.
    """
    stated, postcode = row.text("territory") or None, row.text("postcode")
    if not postcode or number_facts(number).country_code not in FRENCH_CODES:
        return stated
    try:
        told = place_of(postcode)
    except ValueError as error:
        raise RowRejected("POSTCODE", f"postcode {error}") from None
    if stated not in (None, told, territory_of(told)):
        raise RowRejected("POSTCODE", f"postcode and territory differ: {territory_of(told)} and {stated}")
    return told


def _check(column: str, value: str, longest: int) -> None:
    if len(value) > longest:
        raise RowRejected("TEXT", f"{column} is longer than {longest} characters")
    if _CONTROL.search(value):
        raise RowRejected("TEXT", f"{column} holds control characters, such as a line break")


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RANGE = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_WINDOW = re.compile(r"([^\s,]+(?: *, *[^\s,]+)*) +([0-9:]+)-([0-9:]+)")


def parse_windows(text: str) -> tuple[ConsentedWindow, ...]:
    """Parse `mon-fri 10:00-13:00; tue 18:00-19:00`; empty text gives none."""
    return tuple(_window(part.strip()) for part in text.split(";")) if text.strip() else ()


@lru_cache(maxsize=1024)
def parse_window(days: str, start: str, end: str) -> ConsentedWindow:
    """Parse days as `mon-fri` or `tue,thu`, and two times `HH:MM`, half-open within one day."""
    opens, closes = _clock(start), _clock(end)
    if opens >= closes:
        raise ValueError(f"ends at {end}, not after its start at {start}")
    return ConsentedWindow(
        frozenset(day for part in days.split(",") for day in _days(part.strip())), opens, closes
    )


def _window(text: str) -> ConsentedWindow:
    if found := _WINDOW.fullmatch(text):
        return parse_window(*found.groups())
    raise ValueError("is not written like `mon-fri 10:00-13:00; tue 18:00-19:00`")


def _days(text: str) -> range:
    found = _RANGE.fullmatch(text.lower())
    if not found or not {found[1], found[2] or found[1]} <= set(DAYS):
        raise ValueError(
            f"names days that are not written like `mon-fri` or `tue,thu` with {', '.join(DAYS)}"
        )
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    if first > last:
        raise ValueError("runs over the end of the week: write two windows")
    return range(first, last + 1)


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError("has a time that is not written HH:MM, from 00:00 to 23:59")
    return time(int(found[1]), int(found[2]))
