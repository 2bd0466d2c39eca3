"""A halt reaches a PBX that was away when it was called out, and its end is not taken for another one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dialer.adapters.sql.migrate import upgrade
from dialer.adapters.sql.store import SqlStore
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.services import consumer, lease_keeper, ticker
from dialer.services.fleet import Fleet
from dialer.services.halting import Halting
from tests.harness.patience import SOON_S
from tests.integration.history import History, a_pbx, fill
from tests.integration.scripted_link import ScriptedLink
from tests.integration.service_process import World, WrongClock

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


class NotingLink(ScriptedLink):
    """Keeps, in their order, the names of what the PBX is asked."""

    asked: list[str]

    def __getattribute__(self, name: str) -> Any:
        if name in {"set_halt", "hang_up_all", "set_lines", "withhold", "outbox", "suppress"}:
            self.asked.append(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize("database", ["there", "away"])
async def test_a_pbx_that_was_cut_off_is_halted_before_all_else(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    """Also where the database is away, which the process that halted need not ask."""
    monkeypatch.setattr(NotingLink, "asked", [], raising=False)
    monkeypatch.setattr("tests.integration.history.ScriptedLink", NotingLink)
    world = World()
    pbx = a_pbx(world)
    history = History(store, [pbx], world)
    await history.ready()
    [process] = history.processes
    [link] = process.links
    assert isinstance(link, NotingLink)
    async with asyncio.timeout(SOON_S):
        while not pbx.alive:
            await history.dial(process)
    link.cut()
    process.trouble.gone = database == "away"
    report = await process.halting.halt(LOCAL_ADMINISTRATOR, "an emergency")
    assert list(report.unreachable) == [pbx.pbx]
    link.asked.clear()
    link.mend()
    async with asyncio.timeout(SOON_S):
        while pbx.alive:
            await asyncio.sleep(TICK_S)
    assert pbx.halted
    assert link.asked[:2] == ["set_halt", "hang_up_all"]
    await process.die()


async def test_every_pbx_is_unlocked_before_the_database_lets_anybody_be_called(store: SqlStore) -> None:
    """Otherwise what is permitted between is refused by the PBX, which was taken for a halt of its own."""
    seen: list[bool] = []

    class Asking(ScriptedLink):
        async def clear_halt(self) -> None:
            seen.append((await store.system.halt_state()).halted)
            await super().clear_halt()

    world = World()
    pbx = a_pbx(world)
    halting = Halting(store, Fleet({pbx.pbx: Asking(pbx)}, driven=True), WrongClock(world))
    await halting.halt(LOCAL_ADMINISTRATOR, "an emergency")
    await halting.unhalt(LOCAL_ADMINISTRATOR, "it is over")
    assert seen == [True]
    assert not (await store.system.halt_state()).halted
    assert not pbx.halted
