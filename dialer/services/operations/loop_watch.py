"""Watch over the event loop: while it is held, halts, pauses and nines wait."""

import asyncio
from collections import deque

import structlog

from dialer.ports.clock import Clock
from dialer.ports.meter import Meter

log = structlog.get_logger()

LOOK_EVERY_S = 0.025
WINDOW_S = 60.0
LONG_S = 1.0
"""Longest tolerable wait of a halt, in seconds."""


class LoopWatch:
    """A watch over the event loop, which sleeps for a moment, again and again.

    Where it oversleeps, something held the loop, or the machine did not run this process.
    """

    def __init__(self, clock: Clock, meter: Meter) -> None:
        self._clock = clock
        self._meter = meter
        self._worst: deque[tuple[float, float]] = deque()
        """Pairs of instant (monotonic) and length, falling: a longer one removes earlier ones."""

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            before = self._clock.monotonic()
            await asyncio.sleep(LOOK_EVERY_S)
            self.note(self._clock.monotonic() - before - LOOK_EVERY_S)

    def note(self, lag_s: float) -> None:
        lag_s = max(0.0, lag_s)
        while self._worst and self._worst[-1][1] <= lag_s:
            self._worst.pop()
        self._worst.append((self._clock.monotonic(), lag_s))
        self._meter.loop_lag(lag_s, self.longest_s())
        if lag_s >= LONG_S:
            log.warning("the event loop was held", seconds=round(lag_s, 3))

    def longest_s(self) -> float:
        """Return the longest hold of the last minute, in seconds; 0 where none was noted."""
        since = self._clock.monotonic() - WINDOW_S
        while self._worst and self._worst[0][0] <= since:
            self._worst.popleft()
        return self._worst[0][1] if self._worst else 0.0
