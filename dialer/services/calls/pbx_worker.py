"""The worker of one PBX: the only consumer of its events, one after another.

Its link, its calls and our own findings meet in one inbox, so nothing races. A ticker puts marks of
time among them, and does the housekeeping that no event calls for.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import FreeText
from dialer.domain.calls.answering_machine import MachineDetector
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import UNFIT, CallEvent, NotSent, Opposed, Refused, UnsentCause
from dialer.ports.clock import Clock
from dialer.ports.meter import Meter
from dialer.ports.telephony import LineUsed, LinkLost, LinkUp, Telephony, TelephonyEvent, TrunkAsked
from dialer.services.calls.call_event_applier import CallEventApplier
from dialer.services.calls.pacing import LiveCalls
from dialer.services.calls.recovery import Overdue, Recovery
from dialer.services.oppositions.callback_line import CallbackLine, LineCollector
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.lease import Lease, LeaseKeeper

log = structlog.get_logger()

TICK_S = 0.25
TIDY_S = 60.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark in the row of events.

    Events before `at` stand before this mark, however late they are read. `monotonic` is the same
    moment by the monotonic clock, in seconds.
    """

    at: datetime
    monotonic: float


@dataclass(frozen=True, slots=True)
class ReconcileDue:
    """A finding: the store knows an attempt that this process does not.

    The PBX is asked for its state.
    """


class Ticker:
    """The timer of one PBX's worker, which puts marks into its row of events with `put`.

    One mark at a time waits there: a slow consumer gets no extra work.
    """

    def __init__(
        self,
        telephony: Telephony,
        fleet: Fleet,
        recovery: Recovery,
        line: CallbackLine,
        clock: Clock,
        put: Callable[[Tick | ReconcileDue | LineUsed | Opposed], None],
    ) -> None:
        self._telephony = telephony
        self._fleet = fleet
        self._recovery = recovery
        self._line = line
        self._clock = clock
        self._put = put
        self._waiting = False

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tick())
            tasks.create_task(self._tidy())

    def heard(self) -> None:
        """Note that the mark has been reached."""
        self._waiting = False

    async def _tick(self) -> None:
        before = self._now()
        while True:
            await asyncio.sleep(TICK_S)
            # Events since the tick before may still be unread: this process may have stood still.
            if not self._waiting:
                self._waiting = True
                self._put(before)
            before = self._now()

    def _now(self) -> Tick:
        return Tick(self._clock.now(), self._clock.monotonic())

    async def _tidy(self) -> None:
        pbx = self._telephony.pbx
        while True:
            await asyncio.sleep(TIDY_S)
            if not self._fleet.ready(pbx):
                continue
            try:
                await self._telephony.forget_expired()
                await self._recovery.keep_lock(self._telephony)
                await self._line.publish(self._telephony)
                # Oppositions unread, or kept by the PBX after their report.
                for kept in await self._telephony.oppositions_kept():
                    self._put(kept)
                if await self._recovery.overlooked(pbx):
                    self._put(ReconcileDue())
            except Unavailable as error:
                log.warning("pbx not tidied", pbx=pbx, error=str(error))


RETRY_S = 1.0
"""Between tries while the database is away; meanwhile the PBX keeps the outbox."""
MAX_BATCH = 500


@dataclass(frozen=True, slots=True)
class LeaseChanged:
    """A change of the lease: this process began to drive the PBX, or may not any more."""


@dataclass(frozen=True, slots=True)
class RetryRecovery:
    """A finding: the recovery failed, and another is to be tried."""


Finding = LinkLost | LinkUp | LineUsed | TrunkAsked | Tick | ReconcileDue | LeaseChanged | RetryRecovery


class PbxWorker:
    def __init__(
        self,
        lease: Lease,
        fleet: Fleet,
        calls: CallEventApplier,
        recovery: Recovery,
        live_calls: LiveCalls,
        clock: Clock,
        meter: Meter,
        line: CallbackLine,
    ) -> None:
        self.lease = lease
        self._telephony = fleet.telephonies[lease.driver.pbx]
        self._fleet = fleet
        self._calls = calls
        self._recovery = recovery
        self._live_calls = live_calls
        self._clock = clock
        self._meter = meter
        self._line = line
        self._collector = LineCollector(line, self._telephony)
        self._machines = MachineDetector()
        self._overdue = Overdue()
        self._linked = False
        self._unfit = False
        self._inbox: asyncio.Queue[TelephonyEvent | Finding] = asyncio.Queue()
        put = self._inbox.put_nowait
        self._keeper = LeaseKeeper(lease, fleet, clock, lambda: put(LeaseChanged()))
        self._ticker = Ticker(self._telephony, fleet, recovery, line, clock, put)

    def put(self, event: CallEvent) -> None:
        """Queue an event that this process itself knows of a call of this PBX."""
        self._inbox.put_nowait(event)

    def not_sent(self, attempt: Attempt, why: UnsentCause | FreeText) -> None:
        self.put(NotSent(attempt.id, self._clock.now(), why))

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pump())
            tasks.create_task(self._keeper.run())
            tasks.create_task(self._ticker.run())
            tasks.create_task(self._consume())

    async def _pump(self) -> None:
        """Read events.

        A halt, and the next call, do not wait behind events that wait for the database.
        """
        async for event in self._telephony.events():
            match event:
                case LinkUp():
                    self._keeper.link_is(up=True)
                    await self._halt_at_once()
                case LinkLost():
                    self._keeper.link_is(up=False)
                    self._live_calls.paces.forget(self._telephony.pbx, self._clock.monotonic())
                case LineUsed() | TrunkAsked():
                    pass
                case _:
                    self._live_calls.paces.heard(event.attempt_id, self._clock.monotonic())
            self._inbox.put_nowait(event)

    async def _halt_at_once(self) -> None:
        """Raise a halt. Where that fails, the recovery tries again before anything is dialled."""
        try:
            await self._recovery.meet_halt(self._telephony)
        except Unavailable as error:
            log.error("halt not raised at once", pbx=self._telephony.pbx, error=str(error))

    async def _consume(self) -> None:
        while True:
            batch = [await self._inbox.get()]
            while len(batch) < MAX_BATCH and not self._inbox.empty():
                batch.append(self._inbox.get_nowait())
            self._meter.depth(f"events of {self._telephony.pbx}", len(batch) + self._inbox.qsize())
            await self._handle(batch)

    async def _handle(self, batch: list[TelephonyEvent | Finding]) -> None:
        """Handle a batch.

        Events during another process's lease are for that process. A recovery precedes our own.
        """
        calls: list[CallEvent] = []
        # One reading is enough, however often the line was used.
        used = [item for item in batch if isinstance(item, LineUsed)][-1:]
        for item in [*(item for item in batch if not isinstance(item, LineUsed)), *used]:
            if isinstance(item, Finding):
                await self._apply(calls)
                calls = []
                await self._find(item)
            elif self.lease.held:
                self._machines.feed(item)
                self._overdue.note(item, self._clock.monotonic())
                calls.append(item)
        await self._apply(calls)

    async def _apply(self, events: list[CallEvent]) -> None:
        while events:
            try:
                await self._calls.apply(self._telephony, events)
            except Unavailable as error:
                log.error(
                    "events wait for the database",
                    pbx=self._telephony.pbx,
                    events=len(events),
                    error=str(error),
                )
                await asyncio.sleep(RETRY_S)
            else:
                for event in events:
                    self._meter.heard(max(0.0, (self._clock.now() - event.at).total_seconds()))
                self._overdue.settled(e.attempt_id for e in events if e.attempt_id not in self._live_calls)
                await self._heed([event for event in events if isinstance(event, Refused)])
                return

    async def _heed(self, refusals: Sequence[Refused]) -> None:
        """Stop the dialling on a PBX that refuses calls for a reason of its own.

        It stops nowhere else, and until the reason is settled.
        """
        causes = frozenset(refused.why for refused in refusals)
        if causes & UNFIT:
            self._unfit = True
            self._give_up("pbx does not keep what is written to it", refuses=sorted(causes & UNFIT))
        try:
            await self._recovery.heed(self._telephony, refusals)
        except Unavailable as error:
            self._give_up("pbx keeps a flag that nobody could look at", error=str(error))

    def _give_up(self, why: str, **more: object) -> None:
        """Stop dialling on this PBX until a recovery succeeds."""
        if self._fleet.ready(self._telephony.pbx):
            self._fleet.set_ready(self._telephony.pbx, ready=False)
            log.error(why, pbx=self._telephony.pbx, **more)
            self._inbox.put_nowait(RetryRecovery())

    async def _find(self, item: Finding) -> None:
        pbx = self._telephony.pbx
        try:
            match item:
                case LinkLost():
                    await self._lose_link()
                case LinkUp():
                    self._linked = True
                    await self._begin()
                case LeaseChanged() if not self.lease.held:
                    self._leave()
                case LeaseChanged() | RetryRecovery():
                    await self._begin()
                case LineUsed() if self.lease.held:
                    await self._collect()
                case TrunkAsked():
                    await self._calls.rest(item.trunk, item.until)
                case Tick():
                    await self._tick(item)
                case ReconcileDue() if self.lease.held:
                    await self._recovery.reconcile(self._telephony)
        except Unavailable as error:
            # Nothing is dialled here until a whole recovery succeeds.
            self._fleet.set_ready(pbx, ready=False)
            log.error("recovery failed", pbx=pbx, error=str(error))
            await asyncio.sleep(RETRY_S)
            self._inbox.put_nowait(RetryRecovery())

    async def _tick(self, tick: Tick) -> None:
        self._ticker.heard()
        if not self.lease.held:
            return
        await self._apply([*self._machines.found(tick.at), *self._machines.spoken(tick.at)])
        pbx = self._telephony.pbx
        if self._fleet.ready(pbx) and self._overdue.any(self._live_calls.alive(pbx), tick.at, tick.monotonic):
            await self._recovery.reconcile(self._telephony)

    async def _begin(self) -> None:
        """Begin once the link is up, the lease is held, and the PBX keeps its writes."""
        if self._linked and self.lease.held:
            await self._recovery.meet_halt(self._telephony)
            await self._line.publish(self._telephony, anew=True)
            await self._collect()
            await self._recovery.recover(self._telephony)
            await self._telephony.prove_memory(doubted=self._unfit)
            self._unfit = False
            self._fleet.set_ready(self._telephony.pbx, ready=True)

    async def _collect(self) -> None:
        """Take a batch of oppositions from the call-back line.

        The first batch precedes the dialling; of a flood the rest comes between the calls' events.
        """
        if await self._collector.collect():
            self._inbox.put_nowait(LineUsed(self._telephony.pbx))

    async def _lose_link(self) -> None:
        self._linked = False
        self._fleet.set_ready(self._telephony.pbx, ready=False)
        log.warning("link lost", pbx=self._telephony.pbx)
        if self.lease.held:
            await self._recovery.note_lost(self._telephony.pbx)

    def _leave(self) -> None:
        """Forget the calls of the PBX: they are another process's to follow."""
        self._fleet.set_ready(self._telephony.pbx, ready=False)
        self._live_calls.forget(self._telephony.pbx)
        self._machines = MachineDetector()
        self._overdue = Overdue()
        self._collector = LineCollector(self._line, self._telephony)
        log.warning("lease lost", pbx=self._telephony.pbx)
