"""Lists kept by others: a national one, a sponsor's own.

Each import of a list replaces it as a whole.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.domain.base.types import ImportId


class ListKind(StrEnum):
    OPPOSITIONS = "oppositions"
    """People who do not want to be called."""
    LINES = "lines"
    """Lines that no machine may call (US-13, CA-08, T088).

    Emergency services, hospital rooms, care homes, our own staff.
    """


@dataclass(frozen=True, slots=True)
class OppositionList:
    """An import of the list `name`.

    `sponsor` None: it speaks for every sponsor. `valid_to` is exclusive.
    """

    id: ImportId
    name: str
    sponsor: str | None
    valid_from: datetime
    valid_to: datetime
    kind: ListKind = ListKind.OPPOSITIONS


@dataclass(frozen=True, slots=True)
class ListStanding:
    """A list that speaks for the sponsor, as the decision sees it. `holds`: the number is on it."""

    name: str
    valid_from: datetime
    valid_to: datetime
    holds: bool
    kind: ListKind = ListKind.OPPOSITIONS

    def in_force(self, at: datetime) -> bool:
        return self.valid_from <= at < self.valid_to
