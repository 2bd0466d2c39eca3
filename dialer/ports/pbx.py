"""Leases, halts and dialplans of PBXs, as services need them.

One process at a time drives a PBX, while it keeps its lease alive. The database decides which halts
are in force; the home knows them without it, too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.dialplan_checker.model import Dialplan
from dialer.domain.base.halt import Halt
from dialer.domain.base.types import HaltId


class DialplanSource(Protocol):
    @property
    def name(self) -> str:
        """The folder or the PBX, for a person."""
        ...

    async def read(self) -> Dialplan:
        """Read it now.

        Raise `NotFound`, `InvalidInput` or `Unavailable` where there is none to read.
        """
        ...


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


@dataclass(frozen=True, slots=True)
class Driver:
    """A process that drives a PBX. `holder` is its own name, which no other living process has."""

    pbx: str
    holder: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The holder of a PBX's lease, and the number of times it was taken or renewed.

    A count that stays the same is of a silent holder.
    """

    holder: str
    count: int


@dataclass(frozen=True, slots=True)
class HeldLease:
    """`wanted_by`: another process that asked for it in vain."""

    heartbeat: Heartbeat
    wanted_by: str | None


class LeaseRepository(Protocol):
    """Leases. No time of day is compared: a waiting process counts a silence by its own clock."""

    async def lock_all(self) -> Mapping[str, HeldLease]:
        """Lock all leases in one order, and return them by PBX."""
        ...

    async def begin(self, driver: Driver) -> Heartbeat | None:
        """Take a lease of a PBX without one; None where another process began in this moment.

        The count begins anywhere: a lease taken anew never looks like the one before it.
        """
        ...

    async def hand(self, pbx: str, holder: str) -> Heartbeat:
        """Give the lease to `holder`, or renew it."""
        ...

    async def want(self, driver: Driver) -> Heartbeat:
        """Note a process that asked in vain; the lease stays as it is."""
        ...

    async def drives(self, driver: Driver) -> bool:
        """Return whether the lease is the driver's; then it stays so until this unit ends."""
        ...

    async def heartbeats(self) -> dict[str, Heartbeat]:
        """Return them by PBX, without a wish to drive it."""
        ...

    async def give_up(self, driver: Driver) -> None:
        """Give up the driver's lease; do nothing where it holds none."""
        ...

    async def clear(self) -> None:
        """End every lease."""
        ...


class HasLeases(Protocol):
    @property
    def leases(self) -> LeaseRepository: ...
