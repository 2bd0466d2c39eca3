"""A PBX that does not keep entries is not used, and halts no other."""

import asyncio

import pytest

from dialer.domain.calls.call_events import RefusalCause
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S
from tests.integration.history import TICK_S, History, a_pbx
from tests.integration.scripted_pbx import ScriptedPbx
from tests.integration.service_process import ServiceProcess, World

pytestmark = pytest.mark.usefixtures("quick_ticks")


async def refused_there(history: History, pbx: ScriptedPbx, cause: RefusalCause) -> ServiceProcess:
    """Dial until the PBX has refused a call and the service has heard why."""
    await history.ready()
    pbx.unfit = cause
    [process] = history.processes
    async with asyncio.timeout(SOON_S):
        while process.fleet.ready(pbx.pbx):
            await history.dial(process)
            await asyncio.sleep(TICK_S)
    return process


async def ready_again(process: ServiceProcess, pbx: ScriptedPbx) -> None:
    async with asyncio.timeout(SOON_S):
        while not process.fleet.ready(pbx.pbx):
            await asyncio.sleep(TICK_S)


@pytest.mark.parametrize("cause", [RefusalCause.UNMARKED, RefusalCause.BROKEN])
async def test_the_others_call_on_and_nothing_is_halted(listed: ActStore, cause: RefusalCause) -> None:
    world = World()
    sick, well = a_pbx(world), a_pbx(world, "pbx2")
    history = History(listed, [sick, well], world)
    process = await refused_there(history, sick, cause)
    assert not (await listed.halts.state()).halted
    assert process.fleet.ready(well.pbx)
    async with asyncio.timeout(SOON_S):
        while not well.alive:
            await history.dial(process)
            await asyncio.sleep(TICK_S)
    assert not sick.invites
    await process.die()


@pytest.mark.parametrize("cause", [RefusalCause.UNMARKED, RefusalCause.BROKEN])
async def test_it_is_used_again_once_it_keeps_what_is_written_to_it(
    listed: ActStore, cause: RefusalCause
) -> None:
    """The person who mends it need not start it anew."""
    world = World()
    pbx = a_pbx(world)
    process = await refused_there(History(listed, [pbx], world), pbx, cause)
    for _ in range(20):
        await asyncio.sleep(TICK_S)
        assert not process.fleet.ready(pbx.pbx), "it was not proved to keep anything"
    pbx.unfit = None
    await ready_again(process, pbx)
    await process.die()


async def test_one_that_was_broken_while_nobody_drove_it_is_not_used_before_it_is_mended(
    listed: ActStore,
) -> None:
    world = World()
    pbx = a_pbx(world)
    pbx.unfit = RefusalCause.BROKEN
    [process] = History(listed, [pbx], world).processes
    for _ in range(20):
        await asyncio.sleep(TICK_S)
        assert not process.fleet.ready(pbx.pbx)
    pbx.unfit = None
    await ready_again(process, pbx)
    await process.die()
