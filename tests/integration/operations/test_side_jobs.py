"""Loops that no call needs: they may fail, and the service goes on and says so."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientSession

from dialer.adapters.clock import SystemClock
from dialer.adapters.metrics import PrometheusMeter
from dialer.bootstrap import Links, open_service
from dialer.cli.operations.serve import served
from dialer.services.operations.loops import LONGEST_PAUSE_S, STEADY_S, SideJobs
from tests.harness.patience import SOON_S
from tests.integration.upkeep.test_webhooks import object_to_calls, telling

pytestmark = pytest.mark.usefixtures("a_busy_disk_is_waited_for")


@dataclass(slots=True)
class Dies:
    """A loop that dies as often as it is started."""

    starts: int = 0

    async def run(self) -> None:
        self.starts += 1
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._work())

    async def _work(self) -> None:
        raise KeyError("+33199000001")


@dataclass(slots=True)
class Lives:
    turns: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        self.turns += 1
        await self.ended.wait()


class HandClock(SystemClock):
    passed = 0.0

    def monotonic(self) -> float:
        return self.passed


async def test_a_job_that_dies_is_started_again_ever_later_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, dies, lives, pauses = HandClock(), Dies(), Lives(), list[float]()
    sleep = asyncio.sleep

    async def by_hand(seconds: float) -> None:
        pauses.append(seconds)
        clock.passed += seconds
        await sleep(0)

    monkeypatch.setattr("dialer.services.operations.loops.asyncio.sleep", by_hand)
    meter = PrometheusMeter()
    side = SideJobs({"dies": dies, "lives": lives}, clock, meter)
    running = asyncio.create_task(side.run())
    async with asyncio.timeout(SOON_S):
        while dies.starts < 9:
            await sleep(0)
    health = side.health()
    assert health["lives"].failing_since is None
    assert health["dies"].failing_since
    assert health["dies"].error.startswith("KeyError at test_side_jobs.py:")
    assert pauses[:8] == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    assert b'dialer_side_job_failing{job="dies"} 1.0' in meter.page()
    running.cancel()
    await asyncio.wait([running])
    assert lives.turns == 1
    clock.passed += STEADY_S + LONGEST_PAUSE_S
    assert side.health()["dies"].failing_since is None


async def test_a_job_that_dies_does_not_end_the_service_which_says_so(tmp_path: Path) -> None:
    async with telling(tmp_path) as stopped:
        settings = stopped.settings
    async with open_service(settings, links=Links.DRIVEN) as service, served(service, "127.0.0.1", 0) as url:
        assert isinstance(service.engine.side.jobs, dict)
        service.engine.side.jobs["planted"] = dies = Dies()
        stop = asyncio.Event()
        running = asyncio.create_task(service.engine.run(stop))
        async with asyncio.timeout(SOON_S), ClientSession(url) as http:
            while dies.starts < 2:
                assert not running.done()
                await asyncio.sleep(0.05)
            async with http.get("/readyz") as answer:
                said = await answer.json()
        parts = {part["part"]: part for part in said["parts"]}
        assert said["trouble"] == []
        assert not parts["job planted"]["ok"]
        assert "failing since 20" in parts["job planted"]["detail"]
        assert (
            parts["job planted"]["detail"].partition("UTC: ")[2].startswith("KeyError at test_side_jobs.py:")
        )
        assert all(
            part["ok"] for name, part in parts.items() if name.startswith("job ") and "planted" not in name
        )
        stop.set()
        await running


async def test_an_address_that_nobody_foresaw_postpones_its_own_notifications(tmp_path: Path) -> None:
    async with telling(tmp_path, "https://a.example/hook") as service:
        endpoint = service.settings.webhooks[0].endpoint
        addresses = service.engine.side.jobs["webhooks"]._courier._addresses  # type: ignore[attr-defined]
        addresses[endpoint] = type(addresses[endpoint])("https://a..b/hook", b"secret")
        await object_to_calls(service)
        database = service.settings.database_url.removeprefix("sqlite:///")
        async with asyncio.timeout(SOON_S):
            while not (tried := last_error(database)):
                await asyncio.sleep(0.02)
        assert "not delivered: " in tried
        assert all(health.failing_since is None for health in service.engine.side.health().values())


def last_error(database: str) -> str:
    with closing(sqlite3.connect(database)) as connection:
        [(error,)] = connection.execute("SELECT max(error) FROM outbox").fetchall()
    return error or ""
