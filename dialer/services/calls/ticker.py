"""Time for one PBX's consumer: a mark among its events, and housekeeping without events."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.calls.call_events import Opposed
from dialer.ports.clock import Clock
from dialer.ports.pbx.telephony import LineUsed, Telephony
from dialer.services.calls.recovery import Recovery
from dialer.services.oppositions.callback_line import CallbackLine
from dialer.services.pbx.fleet import Fleet

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
    """The store knows an attempt that this process does not: ask the PBX for its state."""


class Ticker:
    """Puts marks into the row of events with `put`.

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
        """The mark has been reached."""
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
