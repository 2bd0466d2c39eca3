"""Loops that no call needs: whichever of them dies is started again, after growing pauses, and everybody can see that it does."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from dialer.domain.base.errors import place_of
from dialer.ports.clock import Clock
from dialer.ports.meter import Meter

log = structlog.get_logger()

SHORTEST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
STEADY_S = 300.0
"""A job that has run for so long since it died is well again: longer than any of them waits for its next piece of work, but retention."""


class Loop(Protocol):
    async def run(self) -> None:
        """Until cancelled."""
        ...


@dataclass(slots=True)
class JobHealth:
    """`failing_since`: None while the job is well. `error`: type and place of the last failure, never its words, which may name a person.

    `begins_at`: when it was or will be started (monotonic, seconds); `pause_s`: before the start after the next failure.
    """

    begins_at: float
    failing_since: datetime | None = None
    error: str = ""
    pause_s: float = SHORTEST_PAUSE_S


class SideJobs:
    def __init__(self, jobs: Mapping[str, Loop], clock: Clock, meter: Meter) -> None:
        self.jobs = jobs
        self._clock = clock
        self._meter = meter
        self._health: dict[str, JobHealth] = {}

    async def run(self) -> None:
        """Until cancelled. Never ends for what becomes of a job."""
        async with asyncio.TaskGroup() as tasks:
            for name, job in self.jobs.items():
                tasks.create_task(self._keep(name, job))

    def health(self) -> dict[str, JobHealth]:
        """By name, of those that run in this process."""
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
    """Run it; return why it ended. In a task of its own, for a task group that fails while it is cancelled says only the former."""
    task = asyncio.create_task(job.run())
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
        await asyncio.wait({task})
    error = None if task.cancelled() else task.exception()
    return place_of(error) if error else "it came to an end"
