"""Where halts are kept: in the database, which says what is in force, and in the home, which knows of them also without it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.halt import Halt
from dialer.domain.base.types import HaltId


@dataclass(frozen=True, slots=True)
class HaltState:
    """As it was last changed."""

    halted: bool
    reason: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownHalts:
    """`in_force`: all of them, the oldest first. `ended`: those that were asked for."""

    in_force: tuple[Halt, ...]
    ended: frozenset[HaltId]


class System(Protocol):
    async def halt_state(self) -> HaltState: ...

    async def halts(self, ids: Collection[HaltId]) -> KnownHalts:
        """Every halt in force, and what became of these. An id that is in neither is not known."""
        ...

    async def begin_halt(self, halt: Halt) -> bool:
        """Return whether it was not known. One that is known stays as it is, also where it has ended."""
        ...

    async def end_halts(self, ids: Collection[HaltId], *, by: str, at: datetime, reason: str) -> bool:
        """Return whether nothing is halted any more: another halt may have begun meanwhile."""
        ...


class HaltNotes(Protocol):
    """What the processes of one home tell each other of halts, and leave to those that come after."""

    async def all(self) -> Sequence[Halt]:
        """Raise `Unavailable`."""
        ...

    async def keep(self, halt: Halt) -> None:
        """Raise `Unavailable`."""
        ...

    async def drop(self, ids: Collection[HaltId]) -> None:
        """Raise `Unavailable`."""
        ...
