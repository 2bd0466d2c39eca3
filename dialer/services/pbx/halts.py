"""The emergency stop, and the halts in force, kept the same at every PBX.

A halt makes every PBX refuse new calls and hang up the present ones, even with the database down.
Halts are settled again after an absence of a PBX, the database or this process.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from dialer.domain import upkeep
from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Conflict, InvalidInput, Problem, Unavailable
from dialer.domain.base.halt import Halt, HaltFlag
from dialer.domain.base.types import HaltId
from dialer.domain.ledger.entries_admin import halt_changed
from dialer.ports.clock import Clock
from dialer.ports.pbx import HaltNotes, HaltState, HasHalts
from dialer.ports.telephony import Telephony
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.ports.upkeep import HasRestores
from dialer.services.pbx.fleet import Fleet, within
from dialer.services.pbx.halt_at_pbx import HaltReport, lock_and_hang_up, new_halt_id, stop_every_call

log = structlog.get_logger()

DATABASE_S = 1.0
"""A PBX that comes back waits no longer to hear from the database whether everything is halted."""
NOTES_S = 0.5
MOST_CHANGES = 10
"""Limit on changes to the flag of one PBX at one look. Each answers a change made meanwhile."""


class HaltWork(HasHalts, HasRestores, UnitOfWork, Protocol):
    """The unit of work of a halt. The end of the last one also ends a restoration."""


class Halts:
    """The halts in force. The database decides.

    A halt that it does not know yet is in force until it does. While it is away, its last state
    holds.
    """

    def __init__(self, store: Store[HaltWork], fleet: Fleet, clock: Clock, notes: HaltNotes) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock
        self._notes = notes
        self._known: dict[HaltId, Halt] = {}
        self._unrecorded: set[HaltId] = set()

    @property
    def unrecorded(self) -> bool:
        """Tell whether a halt called here is still missing in the database."""
        return bool(self._unrecorded)

    def hear(self, halt: Halt) -> None:
        """Put a halt in force from now on, to be recorded."""
        self._known[halt.id] = halt
        self._unrecorded.add(halt.id)

    async def note(self, halt: Halt) -> None:
        """Note the halt for other and later processes of this home."""
        try:
            await within(NOTES_S, self._notes.keep(halt))
        except Unavailable as error:
            log.error("halt not kept in the home", error=str(error))

    async def record(self) -> tuple[Halt, ...]:
        """Store every halt missing in the database; return the halts in force.

        Raise `Unavailable`.
        """
        known = await self._heard()
        async with self._store.read() as work:
            told = await work.halts.known(known)
        in_force = {halt.id for halt in told.in_force}
        unknown = [halt for halt in known.values() if halt.id not in in_force | told.ended]
        for halt in unknown:
            async with self._store.write() as work:
                await begin_halt(work, halt)
        self._unrecorded -= known.keys()
        for halt in told.in_force:
            if halt.id not in known:
                self._known[halt.id] = halt
                await self.note(halt)
        await self._forget(told.ended)
        return (*told.in_force, *unknown)

    async def in_force(self) -> tuple[Halt, ...]:
        """Return the halts in force.

        Raise `Unavailable` where they are unknown: the database does not answer, and this home has
        heard of none.
        """
        try:
            return await within(DATABASE_S, self.record())
        except Unavailable:
            known = await self._heard()
            if not known:
                raise
            return tuple(known.values())

    async def meet(self, telephony: Telephony) -> None:
        """Lock a PBX that comes back and end its calls, or unlock it.

        That comes before everything else it has missed.
        """
        if halts := await self.in_force():
            await lock_and_hang_up(telephony, halts[-1])
        await self.agree(telephony)

    async def agree(self, telephony: Telephony) -> None:
        """Compare the PBX's halt flag with the halts in force, until both agree.

        Halts may be called or ended meanwhile. An unknown halt was called while the database was
        away: it is in force everywhere. One that has ended is cleared. Raise `Unavailable`.
        """
        for _ in range(MOST_CHANGES):
            halts, flag = await self.in_force(), await telephony.halt_flag()
            if flag is None and not halts:
                return
            if flag is None:
                await telephony.set_halt(halts[-1])
            elif any(halt.id == flag.id for halt in halts):
                return
            elif not await self._ended(flag):
                halt = await self._adopt(telephony.pbx, flag)
                await self._fleet.everywhere("halt", partial(lock_and_hang_up, halt=halt))
            elif halts:
                await telephony.set_halt(halts[-1])
            else:
                await telephony.clear_halt()
                log.info("the flag of a halt that has ended is cleared", pbx=telephony.pbx)
        raise Unavailable(f"{telephony.pbx} does not keep what it is told of a halt")

    async def end(self, by: str, reason: str) -> tuple[dict[str, str], bool]:
        """End every halt in force or flagged at a PBX.

        Return by PBX why it could not be unlocked, and whether nothing is halted. The database
        comes last: a call permitted before a PBX is unlocked would be refused there. Raise
        `Unavailable`.
        """
        flags: dict[str, HaltFlag] = {}

        async def look(telephony: Telephony) -> None:
            if flag := await telephony.halt_flag():
                flags[telephony.pbx] = flag

        await self._fleet.everywhere("unhalt", look)
        ids = {halt.id for halt in await self.record()}
        for pbx, flag in flags.items():
            if flag.id not in ids and not await self._ended(flag):
                ids.add((await self._adopt(pbx, flag)).id)

        async def unlock(telephony: Telephony) -> None:
            flag = await telephony.halt_flag()
            if flag is not None and (flag.id in ids or flag == flags.get(telephony.pbx)):
                await telephony.clear_halt()

        unreachable = await self._fleet.everywhere("unhalt", unlock)
        async with self._store.write() as work:
            over = await end_halts(work, ids, by=by, at=self._clock.now(), reason=reason)
        await self._forget(ids)
        # A PBX that came back in between was locked again.
        await self._fleet.everywhere("unhalt", self.agree)
        return unreachable, over

    async def _ended(self, flag: HaltFlag) -> bool:
        """Tell whether the halt has ended. Raise `Unavailable` where that is unknown."""
        if flag.id is None:
            return False
        async with self._store.read() as work:
            return flag.id in (await work.halts.known([flag.id])).ended

    async def _adopt(self, pbx: str, flag: HaltFlag) -> Halt:
        """Adopt a halt that only the PBX knows. Its caller is unknown."""
        halt = Halt(flag.id or new_halt_id(), pbx, self._clock.now(), flag.reason)
        self.hear(halt)
        await self.note(halt)
        async with self._store.write() as work:
            await begin_halt(work, halt)
        log.error("halted by a pbx", pbx=pbx, reason=halt.reason)
        return halt

    async def _heard(self) -> dict[HaltId, Halt]:
        """Return the halts known to this process and the others of its home, the oldest first."""
        try:
            noted = await within(NOTES_S, self._notes.all())
        except Unavailable as error:
            log.error("halts not read from the home", error=str(error))
            noted = ()
        for halt in noted:
            self._known.setdefault(halt.id, halt)
        return dict(sorted(self._known.items(), key=lambda item: item[1].at))

    async def _forget(self, ids: Collection[HaltId]) -> None:
        gone = [halt_id for halt_id in ids if self._known.pop(halt_id, None)]
        self._unrecorded.difference_update(gone)
        if not gone:
            return
        try:
            await within(NOTES_S, self._notes.drop(gone))
        except Unavailable as error:
            log.error("halts not struck out in the home", error=str(error))


async def begin_halt(work: HaltWork, halt: Halt) -> bool:
    """Begin a halt; return whether it was new. A known one stays as it is, even if it has ended."""
    new = await add_halt(work, halt)
    if new:
        work.notify(upkeep.halt_changed(halted=True, by=halt.by, at=halt.at))
        work.record(halt_changed(halted=True, by=halt.by, at=halt.at, reason=halt.reason))
    return new


async def add_halt(work: HasHalts, halt: Halt) -> bool:
    """Store a halt; return whether it was new. The caller notifies others."""
    await work.halts.lock()
    new = await work.halts.add(halt)
    if new:
        await work.halts.set_state(HaltState(True, halt.reason, halt.by, halt.at))
    return new


async def end_halts(work: HaltWork, ids: Collection[HaltId], *, by: str, at: datetime, reason: str) -> bool:
    """End halts; return whether nothing is halted any more: another may have begun meanwhile.

    A restoration from a backup ends with the halt that it called.
    """
    await work.halts.lock()
    await work.halts.end(ids, at=at)
    if await work.halts.any_in_force():
        return False
    await work.halts.set_state(HaltState(False, reason, by, at))
    await work.restores.end(at=at)
    work.notify(upkeep.halt_changed(halted=False, by=by, at=at))
    work.record(halt_changed(halted=False, by=by, at=at, reason=reason))
    return True


RECORD_WITHIN_S = 0.8
"""The answer to a halt waits no longer for the database."""
RECORD_AGAIN_S = 1.0


class HaltingWork(HasHalts, HasRestores, Protocol):
    """The unit of work that reads before a halt ends."""


class Halting:
    """The emergency stop, and its end, as people ask for them."""

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
