"""Who drives which PBX: one process at a time, for as long as it says so."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Driver:
    """A process that drives a PBX. `holder` is the process's own name, that no other living process has."""

    pbx: str
    holder: str


class Leases(Protocol):
    """Time is the database's own here: the clocks of two processes may differ, or one may pretend another day."""

    async def take(self, driver: Driver, *, seconds: float) -> bool:
        """From now on for `seconds`, where nobody else holds the PBX: begin, or go on. False where somebody does.

        Who asks in vain is given it by a holder of at least two more, when that one next asks: processes share the PBXs alike.
        """
        ...

    async def give_up(self, driver: Driver) -> None:
        """Harmless for who holds nothing."""
        ...
