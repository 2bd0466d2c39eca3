"""The number of values in a JSON document, counted before it is parsed."""

import re

from dialer.domain.base.errors import InvalidInput, Problem

MOST_VALUES = 2_000
"""Limit by default. A campaign file has some dozens; a body with a list states its own limit."""
# Matches at every quotation mark, even where the string has no end: no byte is read twice.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BEGINS = (b",", b"[", b"{")
"""Marks before a value: each value but the first follows one of them."""


def demand_few_values(raw: bytes, most: int) -> None:
    """Raise `InvalidInput` for more than `most` values and keys.

    Time is linear in the length. The count ends with the first value too many.
    """
    if _marks(raw, 0, len(raw)) <= most:
        return
    found = at = 0
    for strings, string in enumerate(_STRING.finditer(raw)):
        found += _marks(raw, at, string.start())
        at = string.end()
        if found > most or strings > 2 * most:
            raise _too_many(most)
    if found + _marks(raw, at, len(raw)) > most:
        raise _too_many(most)


def _marks(raw: bytes, start: int, end: int) -> int:
    return sum(raw.count(mark, start, end) for mark in _BEGINS)


def _too_many(most: int) -> InvalidInput:
    return InvalidInput("the body cannot be used", (Problem("body", f"holds more than {most:,} values"),))
