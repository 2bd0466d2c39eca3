"""Oppositions in the database, and in which order they were made and lifted."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import Fingerprint
from dialer.domain.oppositions.suppression import Suppression


class Suppressions(Protocol):
    async def add(self, suppressions: Sequence[Suppression]) -> None:
        """Append; an opposition already stored for the same sponsor is not an error and is stored again as an event."""
        ...

    async def of(self, fingerprint: Fingerprint) -> tuple[Suppression, ...]:
        """Those in force."""
        ...

    async def of_many(
        self, fingerprints: Iterable[Fingerprint]
    ) -> Mapping[Fingerprint, Sequence[Suppression]]:
        """Those in force; numbers without any are left out."""
        ...

    async def remove(
        self, fingerprint: Fingerprint, sponsor: str | None, *, by: str, at: datetime, reason: str
    ) -> int:
        """Take oppositions out of force: of this sponsor alone, or all of the number where `sponsor` is None. Return how many."""
        ...

    async def count(self) -> int:
        """Distinct fingerprints in force."""
        ...

    async def revision(self) -> str:
        """The random name of the last change that was committed. Whatever is read after this holds that change and all before it."""
        ...

    async def knows(self, revision: str) -> bool:
        """False for the name of another database, and of a later life of this one than the backup it was restored from."""
        ...

    def in_force(
        self, *, since: str | None = None, batch: int = 5000
    ) -> AsyncIterator[Sequence[Suppression]]:
        """Those that were made after the revision `since`; all, where it is not given or not known."""
        ...

    def lifted(self, *, since: str | None = None, batch: int = 5000) -> AsyncIterator[Sequence[Suppression]]:
        """Those that were taken out of force after the revision `since`, or ever."""
        ...
