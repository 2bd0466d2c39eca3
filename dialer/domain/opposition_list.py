"""Lists of oppositions kept by others: a national one, a sponsor's own. Each import of a list replaces it as a whole."""

from dataclasses import dataclass
from datetime import datetime

from dialer.domain.contact import ImportId


@dataclass(frozen=True, slots=True)
class OppositionList:
    """One import of the list `name`; `sponsor` None: it speaks for every sponsor. `valid_to` is exclusive."""

    id: ImportId
    name: str
    sponsor: str | None
    valid_from: datetime
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class ListStanding:
    """A list that speaks for the sponsor, as the decision sees it. `holds`: the number is on it."""

    name: str
    valid_from: datetime
    valid_to: datetime
    holds: bool

    def in_force(self, at: datetime) -> bool:
        return self.valid_from <= at < self.valid_to
