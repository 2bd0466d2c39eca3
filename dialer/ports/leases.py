"""Who drives which PBX: one process at a time, for as long as it says so."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Driver:
    """A process that drives a PBX. `holder` is the process's own name, that no other living process has."""

    pbx: str
    holder: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Who holds the lease of a PBX, and how often it was taken or renewed so far. One that stays the same is of a holder who is silent."""

    holder: str
    count: int


class Leases(Protocol):
    """No time of day is compared: whoever waits for a lease counts the seconds of a silence by its own monotonic clock."""

    async def take(self, driver: Driver, *, silent: Heartbeat | None = None) -> Heartbeat:
        """Begin or go on where the PBX is nobody else's, or still has the heartbeat `silent`. Return the heartbeat in force then.

        Who asks in vain is given it by a holder of at least two more, when that one next asks: processes share the PBXs alike.
        """
        ...

    async def heartbeats(self) -> dict[str, Heartbeat]:
        """By PBX, without a wish to drive it."""
        ...

    async def give_up(self, driver: Driver) -> None:
        """Harmless for who holds nothing."""
        ...
