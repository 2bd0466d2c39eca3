"""How much stands in a JSON document, told before anything is made of it."""

import re

from dialer.domain.base.errors import InvalidInput, Problem

MOST_VALUES = 2_000
"""A campaign file has some dozens; a list of things to do says for itself how long it may be."""
# Matches at every quotation mark, also where the string has no end, so that no byte is looked at twice.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BEGINS = (b",", b"[", b"{")
"""Each value but the first follows one of them."""


def demand_few_values(raw: bytes, most: int) -> None:
    """Raise `InvalidInput` for more than `most` values and keys. Linear in the length, and it ends with the first that is too many."""
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
