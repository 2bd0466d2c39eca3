"""Storage of halts.

The database decides which are in force. The home knows them without it, too.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.halt import Halt
from dialer.domain.base.types import HaltId


@dataclass(frozen=True, slots=True)
class HaltState:
    """The state after its last change."""

    halted: bool
    reason: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownHalts:
    """Halts. `in_force` holds all of them, the oldest first.

    `ended` holds the ended ones asked for.
    """

    in_force: tuple[Halt, ...]
    ended: frozenset[HaltId]


class HaltRepository(Protocol):
    async def lock(self) -> None:
        """Lock the halts: a unit that begins or ends one sees the change before.

        A unit that judges or sends sees the whole change or none of it. Call it before any change.
        """
        ...

    async def state(self) -> HaltState: ...

    async def halted(self, *, lock: bool = False) -> bool:
        """`lock`: shared; no halt begins or ends before this unit does."""
        ...

    async def set_state(self, state: HaltState) -> None: ...

    async def known(self, ids: Collection[HaltId]) -> KnownHalts:
        """Return every halt in force, and the ended ones of `ids`.

        An id that is in neither is not known.
        """
        ...

    async def add(self, halt: Halt) -> bool:
        """Store a halt; return whether it was new.

        A known one stays as it is, even if it has ended.
        """
        ...

    async def end(self, ids: Collection[HaltId], *, at: datetime) -> None: ...

    async def any_in_force(self) -> bool: ...


class HasHalts(Protocol):
    @property
    def halts(self) -> HaltRepository: ...


class HaltNotes(Protocol):
    """Notes of halts between the processes of one home, now and later."""

    async def all(self) -> Sequence[Halt]:
        """Return all notes. Raise `Unavailable`."""
        ...

    async def keep(self, halt: Halt) -> None:
        """Keep a note. Raise `Unavailable`."""
        ...

    async def drop(self, ids: Collection[HaltId]) -> None:
        """Raise `Unavailable`."""
        ...
