"""The state of the machine: its halt, its PBXs, and its clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.access.roles import Actor, Right
from dialer.ports.calls.attempts import HasAttempts
from dialer.ports.clock import Clock
from dialer.ports.pbx.halts import HaltState, HasHalts
from dialer.ports.unit_of_work import Store
from dialer.services.pbx.fleet import Fleet


class SystemWork(HasAttempts, HasHalts, Protocol):
    """The unit of work that reads the state of the machine."""


@dataclass(frozen=True, slots=True)
class SystemState:
    """The state of the machine.

    `pbxs` tells by name whether a PBX takes calls now, from any process. `calls` counts those
    alive. `pretended` means that `now` is not the real time.
    """

    halt: HaltState
    pbxs: dict[str, bool]
    calls: int
    clock_trusted: bool
    now: datetime
    pretended: bool


class SystemReader:
    def __init__(self, store: Store[SystemWork], fleet: Fleet, clock: Clock, *, pretended: bool) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock
        self.pretended = pretended

    async def state(self, actor: Actor) -> SystemState:
        actor.demand(Right.READ_SYSTEM)
        return await self.measured()

    async def measured(self) -> SystemState:
        """Return the state for metrics, without a check of rights."""
        async with self._store.read() as work:
            halt = await work.halts.state()
            calls = len(await work.attempts.alive())
        return SystemState(
            halt=halt,
            pbxs=self._pbxs(),
            calls=calls,
            clock_trusted=not self._clock.doubt(),
            now=self._clock.now(),
            pretended=self.pretended,
        )

    def _pbxs(self) -> dict[str, bool]:
        return {name: self._fleet.at_work(name) for name in self._fleet.telephonies}
