"""A halt reaches a PBX that was away when it was called out, and its end is not taken for another one."""

import asyncio
from typing import Any

import pytest

from dialer.adapters.sql.store import SqlStore
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.services.fleet import Fleet
from dialer.services.halting import Halting
from tests.harness.patience import SOON_S
from tests.integration.history import TICK_S, History, a_pbx
from tests.integration.scripted_link import ScriptedLink
from tests.integration.service_process import World, WrongClock

pytestmark = pytest.mark.usefixtures("quick_ticks")


class NotingLink(ScriptedLink):
    """Keeps, in their order, the names of what the PBX is asked."""

    asked: list[str]

    def __getattribute__(self, name: str) -> Any:
        if name in {"set_halt", "hang_up_all", "set_lines", "withhold", "outbox", "suppress"}:
            self.asked.append(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize("database", ["there", "away"])
async def test_a_pbx_that_was_cut_off_is_halted_before_all_else(
    listed: SqlStore, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    """Also where the database is away, which the process that halted need not ask."""
    monkeypatch.setattr(NotingLink, "asked", [], raising=False)
    monkeypatch.setattr("tests.integration.history.ScriptedLink", NotingLink)
    world = World()
    pbx = a_pbx(world)
    history = History(listed, [pbx], world)
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


async def test_every_pbx_is_unlocked_before_the_database_lets_anybody_be_called(listed: SqlStore) -> None:
    """Otherwise what is permitted between is refused by the PBX, which was taken for a halt of its own."""
    seen: list[bool] = []

    class Asking(ScriptedLink):
        async def clear_halt(self) -> None:
            seen.append((await listed.system.halt_state()).halted)
            await super().clear_halt()

    world = World()
    pbx = a_pbx(world)
    halting = Halting(listed, Fleet({pbx.pbx: Asking(pbx)}, driven=True), WrongClock(world))
    await halting.halt(LOCAL_ADMINISTRATOR, "an emergency")
    await halting.unhalt(LOCAL_ADMINISTRATOR, "it is over")
    assert seen == [True]
    assert not (await listed.system.halt_state()).halted
    assert not pbx.halted
