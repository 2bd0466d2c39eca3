"""A callee who talks on is a machine; one who falls silent is a person.

It holds also where we come late to hear of it.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import Answered, TalkingStarted, TalkingStopped
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S
from tests.integration.history import TICK_S, History, a_pbx
from tests.integration.scripted_link import ScriptedLink
from tests.integration.service_process import ServiceProcess, World

pytestmark = pytest.mark.usefixtures("quick_ticks")
AT_ONCE = 4
"""Calls at once of the campaign of the histories."""


@pytest.fixture
async def history(listed: ActStore) -> AsyncIterator[History]:
    world = World()
    history = History(listed, [a_pbx(world)], world)
    await history.ready()
    yield history
    for process in history.processes:
        await process.die()


async def somebody(history: History) -> AttemptId:
    """Dial one callee, and wait until the service knows that every telephone rings."""
    await history.dial(history.processes[0])
    async with asyncio.timeout(SOON_S):
        while not await all_ring(history):
            await asyncio.sleep(TICK_S)
    return next(iter(history.pbxs[0].alive))


async def all_ring(history: History) -> bool:
    called = list(history.pbxs[0].alive)
    known = [await stored(history, attempt_id) for attempt_id in called]
    return len(called) == AT_ONCE and all(attempt.ringing_at for attempt in known)


async def stored(history: History, attempt_id: AttemptId) -> Attempt:
    return (await history.store.attempts.get(attempt_id)).attempt


def of(history: History) -> tuple[ServiceProcess, ScriptedLink, World]:
    [process] = history.processes
    [link] = process.links
    return process, link, history.world


async def some_ticks() -> None:
    for _ in range(10):
        await asyncio.sleep(TICK_S)


async def test_who_talks_on_is_a_machine(history: History) -> None:
    attempt_id = await somebody(history)
    _, link, world = of(history)
    link.hear(TalkingStarted(attempt_id, world.at))
    await some_ticks()
    world.wait(3.0)
    async with asyncio.timeout(SOON_S):
        while (await stored(history, attempt_id)).machine_at is None:
            await asyncio.sleep(TICK_S)


async def test_who_said_hello_while_the_database_was_away_is_no_machine(history: History) -> None:
    attempt_id = await somebody(history)
    process, link, world = of(history)
    process.trouble.gone = True
    link.hear(TalkingStarted(attempt_id, world.at))
    link.hear(Answered(attempt_id, world.at))
    await some_ticks()  # what comes now waits for what was told before
    world.wait(0.6)
    link.hear(TalkingStopped(attempt_id, world.at))
    world.wait(4.0)
    await some_ticks()
    history.pbxs[0].cancel(attempt_id)
    process.trouble.gone = False
    async with asyncio.timeout(SOON_S):
        while (await stored(history, attempt_id)).ended_at is None:
            await asyncio.sleep(TICK_S)
    assert (await stored(history, attempt_id)).machine_at is None
