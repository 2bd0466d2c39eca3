"""The emergency stop: every PBX refuses new calls and hangs up the present ones.

It works with the database down.
"""

import asyncio
from typing import Protocol

import structlog

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.errors import Conflict, InvalidInput, Problem, Unavailable
from dialer.domain.base.halt import Halt
from dialer.ports.clock import Clock
from dialer.ports.pbx.halts import HaltState, HasHalts
from dialer.ports.unit_of_work import Store
from dialer.ports.upkeep.restores import HasRestores
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.halts import Halts
from dialer.services.pbx.stopping import HaltReport, new_halt_id, stop_every_call

log = structlog.get_logger()

RECORD_WITHIN_S = 0.8
"""The answer to a halt waits no longer for the database."""
RECORD_AGAIN_S = 1.0


class HaltingWork(HasHalts, HasRestores, Protocol):
    """The unit of work that reads before a halt ends."""


class Halting:
    def __init__(self, store: Store[HaltingWork], fleet: Fleet, clock: Clock, halts: Halts) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock
        self._halts = halts
        self._recording: asyncio.Task[None] | None = None

    async def halt(self, actor: Actor, reason: str) -> HaltReport:
        """Halt the PBXs first, then the database.

        No call may start, however much else is broken.
        """
        actor.demand(Right.HALT)
        halt = Halt(new_halt_id(), actor.name, self._clock.now(), reason)
        self._halts.hear(halt)
        unreachable, _ = await asyncio.gather(stop_every_call(self._fleet, halt), self._halts.note(halt))
        return HaltReport(tuple(self._fleet.telephonies), unreachable, await self._recorded())

    async def record(self, halt: Halt) -> bool:
        """Record a halt that every PBX knows; return whether the database knows it by now."""
        self._halts.hear(halt)
        await self._halts.note(halt)
        return await self._recorded()

    async def unhalt(self, actor: Actor, reason: str) -> HaltReport:
        """End the halt. It needs a reason and the database.

        A PBX that is away is reported, and unlocked when it comes back. Raise `Conflict` where
        another halt began meanwhile: that one is in force.
        """
        actor.demand(Right.UNHALT)
        if not reason.strip():
            raise InvalidInput(
                "to end a halt, say why", (Problem("reason", "is empty"),), hint="give a reason"
            )
        if not await self._recorded():
            raise Unavailable("the halt is not recorded yet", hint="wait until the database answers again")
        await self._demand_read_back()
        unreachable, over = await self._halts.end(actor.name, reason)
        if not over:
            raise Conflict(
                "another halt was called meanwhile", hint="see `dialer doctor`, and end it with a reason"
            )
        return HaltReport(tuple(self._fleet.telephonies), unreachable, recorded=True)

    async def _demand_read_back(self) -> None:
        """Raise `Conflict` before every PBX was read back after a restoration.

        A PBX may hold oppositions that exist nowhere else.
        """
        async with self._store.read() as work:
            restoration = await work.restores.last()
        if restoration is None or restoration.ended_at:
            return
        if missing := sorted(self._fleet.telephonies.keys() - restoration.read_back.keys()):
            raise Conflict(
                f"the lock of {missing[0]} was not read back since the database was restored",
                hint="start `dialer serve` and let it reach the PBX, or take it out of the settings for good",
            )

    async def state(self) -> HaltState:
        async with self._store.read() as work:
            return await work.halts.state()

    async def close(self) -> None:
        """Give up recording, if that is still going on."""
        if self._recording is not None:
            self._recording.cancel()
            await asyncio.wait({self._recording})
            self._recording = None

    async def _recorded(self) -> bool:
        """Tell whether the database knows every halt by now.

        Where it is away, attempts go on in the background until it does. A driver whose server
        hangs takes long to give up, and no halt waits for that.
        """
        if self._halts.unrecorded and (self._recording is None or self._recording.done()):
            self._recording = asyncio.create_task(self._record())
        if self._recording is None:
            return True
        done, _ = await asyncio.wait({self._recording}, timeout=RECORD_WITHIN_S)
        for task in done:
            task.result()
        return bool(done)

    async def _record(self) -> None:
        while self._halts.unrecorded:
            try:
                await self._halts.record()
            except Unavailable as error:
                log.error("halt not recorded", error=str(error))
                await asyncio.sleep(RECORD_AGAIN_S)
