"""Limits on the size of one statement."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

# SQLite takes 32,766 parameters in one statement, PostgreSQL 65,535.
LONGEST_LIST = 5000

AT_ONCE = 250
"""Rows written without a pause: some ten milliseconds without a call event read."""


def chunks(items: Iterable[Item], longest: int = LONGEST_LIST) -> Iterator[Sequence[Item]]:
    """Cut a list of any length into lists that both engines take as IN (...)."""
    iterator = iter(items)
    while chunk := list(islice(iterator, longest)):
        yield chunk
