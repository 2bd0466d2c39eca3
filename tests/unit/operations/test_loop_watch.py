"""The time for which the event loop was held."""

import asyncio
import time

from dialer.adapters.clock import SystemClock
from dialer.adapters.metrics import PrometheusMeter
from dialer.services.operations.loop_watch import WINDOW_S, LoopWatch
from tests.harness.patience import SOON_S


class HandTurned(SystemClock):
    at = 1000.0

    def monotonic(self) -> float:
        return self.at


def test_the_longest_of_the_last_minute_is_told() -> None:
    clock, meter = HandTurned(), PrometheusMeter()
    watch = LoopWatch(clock, meter)
    told: list[float] = []
    for lag in (0.2, 0.5, 0.1, -0.001, 0.3):
        watch.note(lag)
        told.append(watch.longest_s())
        clock.at += 20
    assert told == [0.2, 0.5, 0.5, 0.5, 0.3]
    assert b"dialer_event_loop_lag_max_seconds 0.3" in meter.page()
    assert b"dialer_event_loop_lag_seconds_count 5.0" in meter.page()
    clock.at += WINDOW_S
    assert watch.longest_s() == 0


async def test_whoever_holds_the_loop_is_noticed() -> None:
    watch = LoopWatch(SystemClock(), PrometheusMeter())
    watching = asyncio.create_task(watch.run())
    async with asyncio.timeout(SOON_S):
        while watch.longest_s() < 0.2:
            await asyncio.sleep(0.05)
            time.sleep(0.25)  # noqa: ASYNC251  -- this is what is to be noticed
    watching.cancel()
