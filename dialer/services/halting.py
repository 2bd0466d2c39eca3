"""The emergency stop: every PBX refuses new calls and hangs up the present ones. Works with the database down."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog

from dialer.domain.access import Actor, Right
from dialer.domain.errors import Conflict, InvalidInput, Problem, Unavailable
from dialer.ports.clock import Clock
from dialer.ports.records import HaltState
from dialer.ports.store import Store
from dialer.ports.telephony import Telephony
from dialer.services.fleet import Fleet

log = structlog.get_logger()

RECORD_WITHIN_S = 0.8
"""The answer to a halt waits no longer for the database."""
RECORD_AGAIN_S = 1.0

Unrecorded = tuple[str, datetime, str]
"""Who halted, when and why."""


@dataclass(frozen=True, slots=True)
class HaltReport:
    """What the halt reached. `unreachable`: by PBX, why; `recorded`: whether the database knows."""

    pbxs: tuple[str, ...]
    unreachable: dict[str, str]
    recorded: bool


class Halting:
    def __init__(self, store: Store, fleet: Fleet, clock: Clock) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock
        self._unrecorded: list[Unrecorded] = []
        self._recording: asyncio.Task[None] | None = None

    async def halt(self, actor: Actor, reason: str) -> HaltReport:
        """First the PBXs, then the database: whatever else is broken, no call may start."""
        actor.demand(Right.HALT)
        self._fleet.halt.begin(reason)
        unreachable = await stop_every_call(self._fleet, reason)
        recorded = await self.record(actor, reason)
        return HaltReport(tuple(self._fleet.telephonies), unreachable, recorded)

    async def unhalt(self, actor: Actor, reason: str) -> HaltReport:
        """Needs a reason, the database and every PBX: what cannot be unlocked stays locked and says so.

        The database comes last: what is permitted before a PBX is unlocked would be refused there, and taken for another halt.
        """
        actor.demand(Right.UNHALT)
        if not reason.strip():
            raise InvalidInput(
                "to end a halt, say why", (Problem("reason", "is empty"),), hint="give a reason"
            )
        if not await self._recorded():
            raise Unavailable("the halt is not recorded yet", hint="wait until the database answers again")
        await self._demand_read_back()
        unreachable = await self._fleet.everywhere("unhalt", lambda telephony: telephony.clear_halt())
        await self._store.system.set_halt(halted=False, by=actor.name, at=self._clock.now(), reason=reason)
        await self._store.restores.end(at=self._clock.now())
        return HaltReport(tuple(self._fleet.telephonies), unreachable, recorded=True)

    async def _demand_read_back(self) -> None:
        """After a restoration the PBXs may know of oppositions that nobody else does."""
        restoration = await self._store.restores.last()
        if restoration is None or restoration.ended_at:
            return
        if missing := sorted(self._fleet.telephonies.keys() - restoration.read_back.keys()):
            raise Conflict(
                f"the lock of {missing[0]} was not read back since the database was restored",
                hint="start `dialer serve` and let it reach the PBX, or take it out of the settings for good",
            )

    async def state(self) -> HaltState:
        return await self._store.system.halt_state()

    async def record(self, actor: Actor, reason: str) -> bool:
        """Tell the database; say whether it knows yet. Where it is away, trying goes on behind until it does."""
        self._unrecorded.append((actor.name, self._clock.now(), reason))
        return await self._recorded()

    async def close(self) -> None:
        """Give up recording, if that is still going on."""
        if self._recording is not None:
            self._recording.cancel()
            await asyncio.wait({self._recording})
            self._recording = None

    async def _recorded(self) -> bool:
        """Whether the database knows every halt by now."""
        if self._unrecorded and (self._recording is None or self._recording.done()):
            self._recording = asyncio.create_task(self._record())
        if self._recording is None:
            return True
        done, _ = await asyncio.wait({self._recording}, timeout=RECORD_WITHIN_S)
        for task in done:
            task.result()
        return bool(done)

    async def _record(self) -> None:
        """One after the other, in their order: a driver whose server hangs takes long to give up, and no halt waits for that."""
        while self._unrecorded:
            by, at, reason = self._unrecorded[0]
            try:
                await self._store.system.set_halt(halted=True, by=by, at=at, reason=reason)
            except Unavailable as error:
                log.error("halt not recorded", error=str(error))
                await asyncio.sleep(RECORD_AGAIN_S)
            else:
                del self._unrecorded[0]
        self._fleet.halt.record()


async def stop_every_call(fleet: Fleet, reason: str) -> dict[str, str]:
    """Lock every PBX and hang up all its calls; return, by PBX, why it failed where it did."""
    return await fleet.everywhere("halt", lambda telephony: lock_and_hang_up(telephony, reason))


async def lock_and_hang_up(telephony: Telephony, reason: str) -> None:
    """Lock first, so that nothing starts behind the hang-up."""
    await telephony.set_halt(reason)
    await telephony.hang_up_all()
