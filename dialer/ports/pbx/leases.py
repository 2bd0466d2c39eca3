"""The driver of each PBX: one process at a time, while it keeps its lease alive."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


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
        """Harmless for a process that holds nothing."""
        ...

    async def clear(self) -> None:
        """No PBX is leased any more."""
        ...


class HasLeases(Protocol):
    @property
    def leases(self) -> LeaseRepository: ...
