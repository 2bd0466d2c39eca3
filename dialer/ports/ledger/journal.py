"""The journal of events that must outlive the database: append-only files in the home."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol


class Journal(Protocol):
    async def append(self, lines: Sequence[str]) -> None:
        """On disk when this returns. Raise `Unavailable`."""
        ...

    def days(self) -> AsyncIterator[Sequence[str]]:
        """Yield the lines, whole or torn, a day at a time. Raise `Unavailable`."""
        ...
