"""A halt reaches a PBX that was away when it began, and its end is not taken for another one's."""

import asyncio
from random import Random
from typing import Any

import pytest

from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import Conflict
from dialer.domain.base.halt import Halt, HaltFlag
from dialer.domain.base.types import AttemptId, HaltId
from dialer.domain.calls.call_events import RefusalCause, Refused
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.halts import Halting, Halts
from tests.harness.acts import ActStore
from tests.harness.halts import NotesInMemory, a_halt
from tests.harness.patience import SOON_S
from tests.integration.history import TICK_S, History, a_pbx
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import ScriptedPbx
from tests.integration.service_process import ServiceProcess, World, WrongClock

pytestmark = pytest.mark.usefixtures("quick_ticks")


class NotingLink(ScriptedLink):
    """A link that keeps the names of the PBX's requests, in order."""

    asked: list[str]

    def __getattribute__(self, name: str) -> Any:
        if name in {"set_halt", "hang_up_all", "set_lines", "withhold", "outbox", "suppress"}:
            self.asked.append(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize("database", ["there", "away"])
async def test_a_pbx_that_was_cut_off_is_halted_before_all_else(
    listed: ActStore, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    """The database may be away, too: the process that halted need not ask it."""
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


@pytest.mark.parametrize("database", ["there", "away"])
async def test_what_another_process_of_the_home_halted_is_heard_of_without_the_database(
    listed: ActStore, database: str
) -> None:
    """It could reach neither the PBX nor the database."""
    world = World()
    pbx = a_pbx(world)
    history = History(listed, [pbx], world)
    [process] = history.processes
    [link] = process.links
    await calling(history, pbx)
    link.cut()
    process.trouble.gone = database == "away"
    halt = a_halt()
    await history.notes.keep(halt)
    link.mend()
    async with asyncio.timeout(SOON_S):
        while pbx.alive:
            await asyncio.sleep(TICK_S)
    assert pbx.halted == HaltFlag(halt.id, halt.reason)
    process.trouble.gone = False
    async with asyncio.timeout(SOON_S):
        while not (await listed.halts.state()).halted:
            await asyncio.sleep(TICK_S)
    assert (await listed.halts.known([])).in_force == (halt,)
    await process.die()


async def test_a_pbx_that_was_away_at_the_end_of_a_halt_is_unlocked_and_halts_nobody(
    listed: ActStore,
) -> None:
    world = World()
    away, there = a_pbx(world), a_pbx(world, "pbx2")
    history = History(listed, [away, there], world)
    await history.ready()
    [process] = history.processes
    await process.halting.halt(LOCAL_ADMINISTRATOR, "an emergency")
    link = process.links[0]
    link.cut()
    report = await process.halting.unhalt(LOCAL_ADMINISTRATOR, "it is over")
    assert list(report.unreachable) == [away.pbx]
    assert away.halted
    assert not there.halted
    link.mend()
    await history.ready()
    assert not away.halted
    await calling(history, away, there)
    assert not (await listed.halts.state()).halted
    await process.die()


async def test_who_hears_late_of_a_halt_that_has_ended_halts_nobody(listed: ActStore) -> None:
    world = World()
    pbx = a_pbx(world)
    history = History(listed, [pbx], world)
    await history.ready()
    [process] = history.processes
    await process.halting.halt(LOCAL_ADMINISTRATOR, "an emergency")
    await process.halting.unhalt(LOCAL_ADMINISTRATOR, "it is over")
    await refused(process, pbx)
    assert not (await listed.halts.state()).halted
    await process.die()


@pytest.mark.parametrize("flag", [HaltFlag(HaltId("5" * 32), "smoke"), HaltFlag(None, "set by hand")])
async def test_a_halt_that_nobody_recorded_is_in_force_everywhere(listed: ActStore, flag: HaltFlag) -> None:
    world = World()
    pbxs = [a_pbx(world), a_pbx(world, "pbx2")]
    history = History(listed, pbxs, world)
    [process] = history.processes
    await calling(history, *pbxs)
    [flagged, other] = sorted(pbxs, key=lambda pbx: len(pbx.alive))
    flagged.halted = flag
    await refused(process, flagged)
    async with asyncio.timeout(SOON_S):
        while other.alive or not other.halted:
            await asyncio.sleep(TICK_S)
    [halt] = (await listed.halts.known([])).in_force
    assert (halt.reason, halt.id if flag.id else None) == (flag.reason, flag.id)
    assert flagged.halted == other.halted == HaltFlag(halt.id, halt.reason)
    assert not (await process.halting.unhalt(LOCAL_ADMINISTRATOR, "it is over")).unreachable
    assert not flagged.halted
    assert not other.halted
    await process.die()


async def test_the_end_of_one_halt_leaves_another_that_begins_meanwhile(listed: ActStore) -> None:
    second = a_halt("smoke")

    class Meanwhile(ScriptedLink):
        async def clear_halt(self) -> None:
            await listed.halts.begin_halt(second)
            await super().clear_halt()

    world = World()
    pbx = a_pbx(world)
    fleet, clock = Fleet({pbx.pbx: Meanwhile(pbx)}, driven=True), WrongClock(world)
    halting = Halting(listed, fleet, clock, Halts(listed, fleet, clock, NotesInMemory()))
    await halting.halt(LOCAL_ADMINISTRATOR, "an emergency")
    with pytest.raises(Conflict, match="another halt"):
        await halting.unhalt(LOCAL_ADMINISTRATOR, "it is over")
    assert (await listed.halts.known([])).in_force == (second,)
    assert pbx.halted == HaltFlag(second.id, second.reason)


class Straying(ScriptedLink):
    """A link whose answers about a halt take a while, by chance."""

    luck = Random(0)

    async def halt_flag(self) -> HaltFlag | None:
        await self._stray()
        found = await super().halt_flag()
        await self._stray()
        return found

    async def set_halt(self, halt: Halt) -> None:
        await self._stray()
        await super().set_halt(halt)
        await self._stray()

    async def clear_halt(self) -> None:
        await self._stray()
        await super().clear_halt()
        await self._stray()

    async def _stray(self) -> None:
        await asyncio.sleep(self.luck.choice((0.0, 0.0, 0.001, 0.003, 0.006)))


@pytest.mark.parametrize("seed", range(12))
async def test_a_pbx_that_comes_back_while_a_halt_ends_is_not_halted_in_the_end(
    listed: ActStore, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """The order is free: one process looks at its return, another ends the halt."""
    monkeypatch.setattr(Straying, "luck", Random(seed))
    monkeypatch.setattr("tests.integration.history.ScriptedLink", Straying)
    world = World()
    pbxs = [a_pbx(world), a_pbx(world, "pbx2")]
    history = History(listed, pbxs, world, processes=2)
    await history.ready()
    first, second = history.processes
    await first.halting.halt(LOCAL_ADMINISTRATOR, "an emergency")
    links = [link for process in history.processes for link in process.links]
    away = Random(seed).sample(links, 3)
    for link in away:
        link.cut()

    async def come_back(link: ScriptedLink) -> None:
        await asyncio.sleep(Random(f"{seed} {links.index(link)}").random() * 0.03)
        link.mend()

    await asyncio.gather(*map(come_back, away), second.halting.unhalt(LOCAL_ADMINISTRATOR, "it is over"))
    await history.ready()
    for process in history.processes:
        for pbx in pbxs:
            await refused(process, pbx)
    assert not any(pbx.halted for pbx in pbxs)
    assert not (await listed.halts.state()).halted
    for process in history.processes:
        await process.die()


async def calling(history: History, *pbxs: ScriptedPbx) -> None:
    """Dial until one of them is calling."""
    await history.ready()
    async with asyncio.timeout(SOON_S):
        while not any(pbx.alive for pbx in pbxs):
            await history.dial(history.processes[0])
            await asyncio.sleep(TICK_S)


async def refused(process: ServiceProcess, pbx: ScriptedPbx) -> None:
    """Let the process hear that the PBX refused a call for its halt, and consider it."""
    for _ in range(2):
        stranger = Refused(AttemptId("0" * 32), pbx.now(), RefusalCause.HALTED)
        process.consumers[pbx.pbx].put(stranger)
        await asyncio.sleep(10 * TICK_S)


async def test_every_pbx_is_unlocked_before_the_database_lets_anybody_be_called(listed: ActStore) -> None:
    """Otherwise the PBX refuses calls permitted in between, as if it had a halt of its own."""
    seen: list[bool] = []

    class Asking(ScriptedLink):
        async def clear_halt(self) -> None:
            seen.append((await listed.halts.state()).halted)
            await super().clear_halt()

    world = World()
    pbx = a_pbx(world)
    fleet, clock = Fleet({pbx.pbx: Asking(pbx)}, driven=True), WrongClock(world)
    halting = Halting(listed, fleet, clock, Halts(listed, fleet, clock, NotesInMemory()))
    await halting.halt(LOCAL_ADMINISTRATOR, "an emergency")
    await halting.unhalt(LOCAL_ADMINISTRATOR, "it is over")
    assert seen == [True]
    assert not (await listed.halts.state()).halted
    assert not pbx.halted
