"""Opposition lists that others keep.

Each import is filled aside, then takes the place of the one before.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import Fingerprint, ImportId
from dialer.domain.oppositions.external_list import ListStanding, OppositionList
from dialer.ports.records import ListedCount


class OppositionListRepository(Protocol):
    async def add(self, entry: OppositionList, fingerprints: Iterable[Fingerprint]) -> None:
        """Begin the list with its first numbers, or go on filling it."""
        ...

    async def put_in_force(self, list_id: ImportId, *, at: datetime) -> None:
        """Put this list in force, as the only one of its name. Raise `NotFound`."""
        ...

    async def forget_replaced(self) -> bool:
        """Delete some entries of lists that others replaced; return whether there may be more."""
        ...

    async def current(self) -> list[ListedCount]:
        """Return the lists by name."""
        ...

    async def standings(
        self, sponsor: str, fingerprints: Iterable[Fingerprint]
    ) -> Mapping[Fingerprint, tuple[ListStanding, ...]]:
        """Return for each of the numbers every list that speaks for `sponsor`."""
        ...


class HasOppositionLists(Protocol):
    @property
    def lists(self) -> OppositionListRepository: ...
