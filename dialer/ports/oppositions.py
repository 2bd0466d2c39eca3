"""Suppressions, external lists and locks on numbers, as services need them.

Suppressions tell in which order they were made and lifted. Each import of a list is filled aside,
then takes the place of the one before. A lock is held to the end of the unit, so no number is
judged twice at once; on SQLite the only writer holds them all.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import Fingerprint, ImportId
from dialer.domain.oppositions.suppression import ListStanding, OppositionList, Suppression
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


class NumberLocks(Protocol):
    async def reserve(self, fingerprints: Sequence[Fingerprint]) -> set[Fingerprint]:
        """Return the numbers that this unit alone may judge, named as stored; never wait.

        Two campaigns may list one number. Without this, both could count its attempts before either
        writes one, and together pass a cap.
        """
        ...

    async def await_turn(self, fingerprints: Collection[Fingerprint]) -> None:
        """Wait until no other unit judges these numbers; then none begins to before this one ends.

        Rows stored after that are seen by every later judgement. Every earlier judgement has left
        its attempt for all to see.
        """
        ...


class HasNumberLocks(Protocol):
    @property
    def numbers(self) -> NumberLocks: ...


@dataclass(frozen=True, slots=True)
class SuppressionPlace:
    """The end of a page of changes, in the order of revisions."""

    revision: int
    id: int


@dataclass(frozen=True, slots=True)
class SuppressionPage:
    """`end`: where the next page begins. No entries: there is none."""

    entries: Sequence[Suppression]
    end: SuppressionPlace


class SuppressionRepository(Protocol):
    async def add(self, entries: Sequence[Suppression]) -> list[Suppression]:
        """Append; return them as stored (see `UnitOfWork.as_stored`).

        The numbers' turn was awaited before (`NumberLocks.await_turn`).
        """
        ...

    async def of_many(
        self, fingerprints: Iterable[Fingerprint]
    ) -> Mapping[Fingerprint, Sequence[Suppression]]:
        """Return the oppositions in force; numbers without any are left out."""
        ...

    async def sources_among(self, sources: Collection[str | None]) -> set[str | None]:
        """Return the ones of the sources from which an opposition is stored, in force or lifted."""
        ...

    async def remove(
        self, fingerprint: Fingerprint, sponsor: str | None, *, by: str, at: datetime, reason: str
    ) -> int:
        """Take oppositions out of force; return how many.

        Of this sponsor alone, or all of the number where `sponsor` is None.
        """
        ...

    async def drop_notes(self, fingerprint: Fingerprint) -> int:
        """Drop the notes of the number's oppositions; return the count of its oppositions."""
        ...

    async def count(self) -> int:
        """Return how many numbers are opposed."""
        ...

    async def revision(self) -> str:
        """Return the random name of the last change that was committed.

        Every later read holds that change and all before it.
        """
        ...

    async def place_of(self, revision: str) -> SuppressionPlace | None:
        """Return where the changes after a revision begin.

        None for the name of another database, and of a later life of this one than the backup it
        was restored from.
        """
        ...

    async def changed(self, *, in_force: bool, after: SuppressionPlace | None, limit: int) -> SuppressionPage:
        """Return entries that are in force, or were lifted, from after `after` on."""
        ...


class HasSuppressions(Protocol):
    @property
    def suppressions(self) -> SuppressionRepository: ...
