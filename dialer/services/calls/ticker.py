"""Time as one PBX's consumer meets it: a mark in the row of its events, and the housekeeping that wants none of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.calls.call_events import Opposed
from dialer.ports.clock import Clock
from dialer.ports.telephony import LineUsed, Telephony
from dialer.services.calls.recovery import Recovery
from dialer.services.oppositions.callback_line import CallbackLine
from dialer.services.pbx.fleet import Fleet

log = structlog.get_logger()

TICK_S = 0.25
TIDY_S = 60.0


@dataclass(frozen=True, slots=True)
class Tick:
    """Whatever had happened by `at` was told before this mark, so it is heard before it, however late that is.

    `monotonic`: the same moment by the monotonic clock, in seconds.
    """

    at: datetime
    monotonic: float


@dataclass(frozen=True, slots=True)
class ReconcileDue:
    """The store knows of an attempt that this process does not: ask the PBX what became of it."""


class Ticker:
    """`put` appends to the row of events. One mark at a time waits there: a consumer that is behind is not given more to do."""

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
        """Until cancelled."""
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
            # Of what has happened since the tick before, something may still be unread: this process may have stood still meanwhile.
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
                # Whatever of them went unheard, or was kept by the PBX when it had been told already.
                for kept in await self._telephony.oppositions_kept():
                    self._put(kept)
                if await self._recovery.overlooked(pbx):
                    self._put(ReconcileDue())
            except Unavailable as error:
                log.warning("pbx not tidied", pbx=pbx, error=str(error))
