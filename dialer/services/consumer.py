"""One PBX's events, one after another: the only place where its link, its calls and our own findings meet, so nothing races."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from dialer.domain.attempt import Attempt
from dialer.domain.call_events import AttemptId, CallEvent, ChannelGone, NotSent
from dialer.domain.errors import Unavailable
from dialer.domain.machine import MachineDetector
from dialer.ports.clock import Clock
from dialer.ports.meter import Meter
from dialer.ports.telephony import LineUsed, LinkLost, LinkUp, TelephonyEvent
from dialer.services.board import Board
from dialer.services.callback_line import CallbackLine
from dialer.services.calls import Calls
from dialer.services.fleet import Fleet
from dialer.services.lease import Lease
from dialer.services.recovery import SLACK, Recovery

log = structlog.get_logger()

TICK_S = 0.25
TIDY_S = 60.0
RETRY_S = 1.0
"""Between tries while the database is away; meanwhile the PBX keeps the outbox."""
MAX_BATCH = 500
LONGEST_SILENCE = timedelta(minutes=15)
"""A call dialled so long ago whose end was never told: ask the PBX."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Some attempt is overdue: ask the PBX what became of it."""


@dataclass(frozen=True, slots=True)
class LeaseChanged:
    """This process began to drive the PBX, or may not any more."""


@dataclass(frozen=True, slots=True)
class Again:
    """The recovery failed: try another."""


@dataclass(frozen=True, slots=True)
class Look:
    """Who has talked on for long enough at `at`? Asked in the row of events: a silence that was told before is heard before."""

    at: datetime


Finding = LinkLost | LinkUp | LineUsed | Doubt | LeaseChanged | Again


class Consumer:
    def __init__(
        self,
        lease: Lease,
        fleet: Fleet,
        calls: Calls,
        recovery: Recovery,
        board: Board,
        clock: Clock,
        meter: Meter,
        line: CallbackLine,
    ) -> None:
        self.lease = lease
        self._telephony = fleet.telephonies[lease.driver.pbx]
        self._fleet = fleet
        self._calls = calls
        self._recovery = recovery
        self._board = board
        self._clock = clock
        self._meter = meter
        self._line = line
        self._machines = MachineDetector()
        self._gone: dict[AttemptId, float] = {}
        self._linked = False
        self._driving = False
        self._inbox: asyncio.Queue[TelephonyEvent | Finding | Look] = asyncio.Queue()

    def put(self, event: CallEvent) -> None:
        """Something this process itself knows about a call of this PBX."""
        self._inbox.put_nowait(event)

    def not_sent(self, attempt: Attempt, why: str) -> None:
        self.put(NotSent(attempt.id, self._clock.now(), why))

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pump())
                tasks.create_task(self._keep_lease())
                tasks.create_task(self._tick())
                tasks.create_task(self._tidy())
                tasks.create_task(self._consume())
        finally:
            await self.lease.give_up()

    async def _pump(self) -> None:
        async for event in self._telephony.events():
            self._inbox.put_nowait(event)

    async def _keep_lease(self) -> None:
        while True:
            if self.lease.due:
                try:
                    await self.lease.renew()
                except Unavailable as error:
                    log.warning("lease not renewed", pbx=self._telephony.pbx, error=str(error))
                self._fleet.set_elsewhere(self._telephony.pbx, elsewhere=self.lease.elsewhere)
                self._watch_lease()
            await asyncio.sleep(TICK_S)

    def _watch_lease(self) -> None:
        if self.lease.held != self._driving:
            self._driving = self.lease.held
            self._inbox.put_nowait(LeaseChanged())

    async def _tick(self) -> None:
        read_until = self._clock.now()
        while True:
            await asyncio.sleep(TICK_S)
            self._watch_lease()
            # Of what has happened since the tick before, something may still be unread: this process may have stood still meanwhile.
            if self._machines.waits:
                self._inbox.put_nowait(Look(read_until))
            read_until = self._clock.now()
            if self._fleet.ready(self._telephony.pbx) and self._doubtful():
                self._inbox.put_nowait(Doubt())
                await asyncio.sleep(RETRY_S)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_S)
            if not self._fleet.ready(self._telephony.pbx):
                continue
            try:
                await self._telephony.forget_expired()
                await self._line.publish(self._telephony)
                self._inbox.put_nowait(LineUsed(self._telephony.pbx))
                if await self._recovery.overlooked(self._telephony.pbx):
                    self._inbox.put_nowait(Doubt())
            except Unavailable as error:
                log.warning("pbx not tidied", pbx=self._telephony.pbx, error=str(error))

    def _doubtful(self) -> bool:
        now, monotonic = self._clock.now(), self._clock.monotonic()
        if any(monotonic - since > SLACK.total_seconds() for since in self._gone.values()):
            self._gone.clear()
            return True
        return any(overdue(attempt, now) for attempt in self._board.alive(self._telephony.pbx))

    async def _consume(self) -> None:
        while True:
            batch = [await self._inbox.get()]
            while len(batch) < MAX_BATCH and not self._inbox.empty():
                batch.append(self._inbox.get_nowait())
            self._meter.depth(f"events of {self._telephony.pbx}", len(batch) + self._inbox.qsize())
            await self._handle(batch)

    async def _handle(self, batch: list[TelephonyEvent | Finding | Look]) -> None:
        """What is told while another process drives the PBX is that one's to hear; a recovery precedes our own driving."""
        calls: list[CallEvent] = []
        for item in batch:
            if isinstance(item, Finding):
                await self._apply(calls)
                calls = []
                await self._find(item)
            elif isinstance(item, Look):
                calls += [*self._machines.found(item.at), *self._machines.spoken(item.at)]
            elif self.lease.held:
                self._note(item)
                calls.append(item)
        await self._apply(calls)

    def _note(self, event: CallEvent) -> None:
        self._machines.feed(event)
        if isinstance(event, ChannelGone):
            self._gone[event.attempt_id] = self._clock.monotonic()

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
                    if event.attempt_id not in self._board:
                        self._gone.pop(event.attempt_id, None)
                return

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
                case LeaseChanged() | Again():
                    await self._begin()
                case LineUsed() if self.lease.held:
                    await self._line.collect(self._telephony)
                case Doubt() if self.lease.held:
                    await self._recovery.reconcile(self._telephony)
        except Unavailable as error:
            # Nothing is dialled here until a whole recovery succeeds.
            self._fleet.set_ready(pbx, ready=False)
            log.error("recovery failed", pbx=pbx, error=str(error))
            await asyncio.sleep(RETRY_S)
            self._inbox.put_nowait(Again())

    async def _begin(self) -> None:
        """Both are needed: the link, and the right to drive."""
        if self._linked and self.lease.held:
            await self._line.open(self._telephony)
            await self._recovery.recover(self._telephony)
            self._fleet.set_ready(self._telephony.pbx, ready=True)

    async def _lose_link(self) -> None:
        self._linked = False
        self._fleet.set_ready(self._telephony.pbx, ready=False)
        log.warning("link lost", pbx=self._telephony.pbx)
        if self.lease.held:
            await self._recovery.note_lost(self._telephony.pbx)

    def _leave(self) -> None:
        """What goes on at the PBX is another's to know."""
        self._fleet.set_ready(self._telephony.pbx, ready=False)
        self._board.forget(self._telephony.pbx)
        self._machines = MachineDetector()
        self._gone.clear()
        log.warning("lease lost", pbx=self._telephony.pbx)


def overdue(attempt: Attempt, now: datetime) -> bool:
    """The PBX should have told us more by now."""
    if attempt.dialed_at is None:
        return now > attempt.expires_at + 2 * SLACK
    return now > attempt.dialed_at + LONGEST_SILENCE
