"""A pause is answered when no further INVITE can leave, not before, and leaves no flag standing."""

import asyncio

import pytest

from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import Unavailable
from dialer.domain.campaigns.campaign import Campaign, CampaignState, CampaignVerb
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S
from tests.integration.history import CAMPAIGN, TICK_S, History, a_pbx
from tests.integration.scripted_pbx import ScriptedPbx
from tests.integration.service_process import World

pytestmark = pytest.mark.usefixtures("quick_ticks")


async def one_pbx(store: ActStore) -> tuple[History, ScriptedPbx]:
    world = World()
    pbx = a_pbx(world)
    history = History(store, [pbx], world)
    await history.ready()
    return history, pbx


def pausing(history: History) -> asyncio.Task[Campaign]:
    [process] = history.processes
    return asyncio.create_task(process.campaigns.pause(LOCAL_ADMINISTRATOR, CAMPAIGN.id))


async def dialled(history: History, pbx: ScriptedPbx) -> None:
    """Dial until a call has passed the gate, or is on the way to it."""
    async with asyncio.timeout(SOON_S):
        while not (pbx.passed or pbx.alive or pbx.late):
            await history.dial(history.processes[0])
            await asyncio.sleep(TICK_S)


async def refused(store: ActStore) -> None:
    async with asyncio.timeout(SOON_S):
        while await store.attempts.alive():
            await asyncio.sleep(TICK_S)


async def test_what_has_passed_the_gate_is_waited_for_however_long_its_invite_takes(listed: ActStore) -> None:
    history, pbx = await one_pbx(listed)
    pbx.hesitates = True
    await dialled(history, pbx)
    pause = pausing(history)
    await asyncio.sleep(1)
    assert not pause.done(), "an INVITE may still leave"
    assert not pbx.invites.total()
    pbx.send()
    assert (await asyncio.wait_for(pause, SOON_S)).state is CampaignState.PAUSED
    await history.processes[0].die()


async def test_a_pause_is_not_taken_for_a_restoration_by_its_reason(listed: ActStore) -> None:
    """A person may write as a restoration does."""
    history, _ = await one_pbx(listed)
    [process] = history.processes
    await process.campaigns.pause(LOCAL_ADMINISTRATOR, CAMPAIGN.id, "restored from a backup of a year ago?")
    resumed = await process.campaigns.resume(LOCAL_ADMINISTRATOR, CAMPAIGN.id)
    assert (resumed.state, resumed.pause_cause) == (CampaignState.RUNNING, None)
    await process.die()


async def test_what_comes_to_the_gate_after_a_pause_is_refused_and_waited_for_by_nobody(
    listed: ActStore,
) -> None:
    """Its contact is called as soon as the campaign goes on."""
    history, pbx = await one_pbx(listed)
    [process] = history.processes
    [link] = process.links
    link.slow = True
    await dialled(history, pbx)
    assert (await asyncio.wait_for(pausing(history), SOON_S)).state is CampaignState.PAUSED
    pbx.deliver()
    await refused(listed)
    assert not pbx.invites.total()
    link.slow = False
    await process.campaigns.resume(LOCAL_ADMINISTRATOR, CAMPAIGN.id)
    assert not pbx.paused
    await dialled(history, pbx)
    await process.die()


async def test_a_pbx_that_cannot_be_asked_is_named_and_flagged_when_it_comes_back(listed: ActStore) -> None:
    history, pbx = await one_pbx(listed)
    [process] = history.processes
    [link] = process.links
    pbx.hesitates = True
    await dialled(history, pbx)
    link.cut()
    pause = pausing(history)
    while not pause.done():
        await asyncio.sleep(TICK_S)
        history.world.wait(0.5)
    with pytest.raises(Unavailable, match="pbx1 was given may still leave"):
        pause.result()
    assert (await listed.campaigns.get(CAMPAIGN.id)).state is CampaignState.PAUSED
    assert not pbx.paused
    link.mend()
    await history.ready()
    assert pbx.paused
    await process.die()


@pytest.mark.parametrize("away", [True, False])
async def test_a_pause_that_ended_unheard_of_delays_nobody(listed: ActStore, away: bool) -> None:
    """The PBX was away, or the resuming process could not reach it: its refusal makes us ask."""
    history, pbx = await one_pbx(listed)
    [process] = history.processes
    [link] = process.links
    await pausing(history)
    assert pbx.paused
    if away:
        link.cut()
    await listed.campaigns.move(CAMPAIGN.id, CampaignVerb.RESUME, by="bob", at=history.world.now())
    if away:
        link.mend()
        await history.ready()
        assert not pbx.paused
    async with asyncio.timeout(SOON_S):
        while not pbx.alive:
            await history.dial(process)
            await asyncio.sleep(TICK_S)
            history.world.wait(0.1)
    assert not pbx.paused
    assert history.world.passed < 10, "nobody waited for a minute"
    await process.die()
