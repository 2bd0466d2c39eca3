"""The journal of what must outlive the database: append-only files in the home."""

from collections.abc import Sequence
from typing import Protocol


class Journal(Protocol):
    async def append(self, lines: Sequence[str]) -> None:
        """On disk when this returns. Raise `Unavailable`."""
        ...

    async def lines(self) -> list[str]:
        """All that is there, whole or torn. Raise `Unavailable`."""
        ...
