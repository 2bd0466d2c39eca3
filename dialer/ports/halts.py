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


class HaltRepository(Protocol):
    async def lock(self) -> None:
        """Let who begins or ends a halt see what the one before has done.

        Who judges or sends sees all of it or nothing. To be called before any change.
        """
        ...

    async def state(self) -> HaltState: ...

    async def halted(self, *, lock: bool = False) -> bool:
        """`lock`: shared; no halt begins or ends before this unit does."""
        ...

    async def set_state(self, state: HaltState) -> None: ...

    async def known(self, ids: Collection[HaltId]) -> KnownHalts:
        """Return every halt in force, and those of `ids` that have ended.

        An id that is in neither is not known.
        """
        ...

    async def add(self, halt: Halt) -> bool:
        """Return whether it was not known. A known one stays as it is, also where it has ended."""
        ...

    async def end(self, ids: Collection[HaltId], *, at: datetime) -> None: ...

    async def any_in_force(self) -> bool: ...


class HasHalts(Protocol):
    @property
    def halts(self) -> HaltRepository: ...


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
