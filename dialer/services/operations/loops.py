"""The loops of a running service: a consumer for each PBX, the dialling loop, and side jobs.

A loop that calls need ends them all when it breaks. A side job that dies is started again, after
growing pauses, and its health shows that.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from dialer.domain.base.errors import place_of
from dialer.ports.clock import Clock
from dialer.ports.meter import Meter
from dialer.services.access.keys import KeyWatch
from dialer.services.calls.pbx_worker import PbxWorker
from dialer.services.dialing.dialing import DialingLoop
from dialer.services.ledger.sealer import Sealer

log = structlog.get_logger()

SHORTEST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
STEADY_S = 300.0
"""Seconds after which a restarted job counts as well again.

Longer than any but retention waits for its next piece of work.
"""


class Loop(Protocol):
    async def run(self) -> None:
        """Run until cancelled."""
        ...


@dataclass(slots=True)
class JobHealth:
    """The health of a job.

    `failing_since` is None while the job is well. `error` is type and place of the last failure,
    never its words, which may name a person. `begins_at` is its past or coming start (monotonic,
    seconds). `pause_s` comes before the start after the next failure.
    """

    begins_at: float
    failing_since: datetime | None = None
    error: str = ""
    pause_s: float = SHORTEST_PAUSE_S


class SideJobs:
    """The loops that no call needs. One that dies is started again, after growing pauses."""

    def __init__(self, jobs: Mapping[str, Loop], clock: Clock, meter: Meter) -> None:
        self.jobs = jobs
        self._clock = clock
        self._meter = meter
        self._health: dict[str, JobHealth] = {}

    async def run(self) -> None:
        """Run until cancelled. A failing job never ends it."""
        async with asyncio.TaskGroup() as tasks:
            for name, job in self.jobs.items():
                tasks.create_task(self._keep(name, job))

    def health(self) -> dict[str, JobHealth]:
        """Return the health of the jobs of this process, by name."""
        for name, health in self._health.items():
            steady = self._clock.monotonic() - health.begins_at >= STEADY_S
            if health.failing_since and steady:
                health.failing_since, health.pause_s = None, SHORTEST_PAUSE_S
                self._meter.side_job(name, failing=False)
        return dict(self._health)

    async def _keep(self, name: str, job: Loop) -> None:
        health = self._health[name] = JobHealth(begins_at=self._clock.monotonic())
        self._meter.side_job(name, failing=False)
        while True:
            self._died(name, await _end_of(job))
            await asyncio.sleep(health.begins_at - self._clock.monotonic())

    def _died(self, name: str, error: str) -> None:
        health = self.health()[name]
        pause_s = health.pause_s
        health.failing_since = health.failing_since or self._clock.now()
        health.error = error
        health.begins_at = self._clock.monotonic() + pause_s
        health.pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        self._meter.side_job(name, failing=True)
        log.error("side job failed", job=name, error=error, again_in_s=pause_s)


async def _end_of(job: Loop) -> str:
    """Run the job; return the reason of its end.

    It has a task of its own: a task group that fails while it is cancelled reports only the former.
    """
    task = asyncio.create_task(job.run())
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
        await asyncio.wait({task})
    error = None if task.cancelled() else task.exception()
    return place_of(error) if error else "it came to an end"


@dataclass(frozen=True, slots=True)
class Engine:
    """The loops. No call is made without `dialing`, `consumers`, `sealer` and `keys`.

    No call needs `side`.
    """

    dialing: DialingLoop
    consumers: Mapping[str, PbxWorker]
    sealer: Sealer
    keys: KeyWatch
    side: SideJobs

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set.

        Dialling ends first; calls in progress live on at the PBX and are recovered at the next
        start. A loop that calls need ends them all when it breaks: better no call than an unwatched
        one. Raise `KeysChanged` where everything is to be opened anew.
        """
        loops: list[Loop] = [self.dialing, *self.consumers.values(), self.sealer, self.keys, self.side]
        tasks = [asyncio.create_task(loop.run()) for loop in loops]
        stopped = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (*tasks, stopped):
                task.cancel()
                await asyncio.wait([task])
