"""How notifications reach other systems."""

from typing import NewType, Protocol

Endpoint = NewType("Endpoint", str)
"""Stands for one configured address, whose own text may hold secrets."""


class Courier(Protocol):
    async def deliver(self, endpoint: Endpoint, body: bytes) -> None:
        """Return once it was taken. Raise `Unavailable` where that is not sure."""
        ...
