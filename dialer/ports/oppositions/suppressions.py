"""Oppositions as stored, and in which order they were made and lifted."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import Fingerprint
from dialer.domain.oppositions.suppression import Suppression


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
