"""Every attempt comes to its end, whoever is away: the process, the link, the PBX; and coming late to hear of it is no doubt."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from dialer.adapters.sql.migrate import upgrade
from dialer.adapters.sql.store import SqlStore
from dialer.domain.call_events import CallEvent, Outbox
from dialer.ports.telephony import Telephony
from dialer.services import consumer, lease_keeper, ticker
from dialer.services.calls import Calls
from tests.harness.patience import SOON_S
from tests.integration.history import History, a_pbx, fill
from tests.integration.scripted_link import ScriptedLink
from tests.integration.service_process import World

TICK_S = 0.01


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "TICK_S", TICK_S)
    monkeypatch.setattr(lease_keeper, "TICK_S", TICK_S)
    monkeypatch.setattr(consumer, "RETRY_S", TICK_S)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    await upgrade(url)
    async with SqlStore.open(url) as store:
        await fill(store)
        yield store


async def ticks(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(TICK_S)


class CountedLink(ScriptedLink):
    """Counts how often the PBX is asked what it remembers."""

    reads = 0

    async def outbox(self) -> Outbox:
        self.reads += 1
        return await super().outbox()


async def test_coming_late_to_what_was_told_is_no_doubt(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was told is stored so slowly that it waits for longer than an Originate lives."""
    free, apply = asyncio.Event(), Calls.apply

    async def apply_slowly(calls: Calls, telephony: Telephony, events: Sequence[CallEvent]) -> None:
        if events:
            await free.wait()
        await apply(calls, telephony, events)

    monkeypatch.setattr("tests.integration.history.ScriptedLink", CountedLink)
    world = World()
    history = History(store, [a_pbx(world)], world)
    await history.ready()
    [process] = history.processes
    [link] = process.links
    assert isinstance(link, CountedLink)
    monkeypatch.setattr(Calls, "apply", apply_slowly)
    before = link.reads
    await history.dial(process)
    for _ in range(12):
        world.wait(2)
        await ticks(10)
    free.set()
    async with asyncio.timeout(SOON_S):
        while not all(attempt.ringing_at for attempt in await store.attempts.alive()):
            await asyncio.sleep(TICK_S)
    await ticks()
    assert link.reads == before
    await process.die()
