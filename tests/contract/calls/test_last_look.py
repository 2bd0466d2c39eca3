"""Between a permit and its sending everything may change.

A permit is checked once more before it is sent, and an opposition waits its turn.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import psycopg
import pytest

from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.ports.records import CampaignSnapshot, ClaimDecision, ContactFacts, Progression
from tests.contract.engines import Engine
from tests.harness.acts import ActStore
from tests.harness.halts import a_halt
from tests.samples.calls import DRIVER, claimed, permit, sent
from tests.samples.campaigns import CAMPAIGN, NOW, OTHER_CAMPAIGN
from tests.samples.people import fingerprint, listed, suppression

Change = Callable[[ActStore], Awaitable[object]]


def halt(store: ActStore) -> Awaitable[object]:
    return store.halts.begin_halt(a_halt())


def pause(store: ActStore) -> Awaitable[object]:
    return store.campaigns.move(CAMPAIGN, CampaignVerb.PAUSE, by="omar", at=NOW, reason="lunch")


def oppose(sponsor: str | None) -> Change:
    return lambda store: store.suppressions.add([suppression(1, sponsor=sponsor)])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(halt, id="halt"),
        pytest.param(pause, id="pause"),
        pytest.param(oppose("liste-demo"), id="opposition-to-the-sponsor"),
        pytest.param(oppose(None), id="opposition-to-all"),
    ],
)
async def test_what_changed_since_the_permit_is_not_sent(store: ActStore, change: Change) -> None:
    await listed(store, 1)
    (attempt,) = await claimed(store)
    await change(store)
    assert await sent(store, [attempt.id]) == []
    assert (await store.attempts.get(attempt.id)).attempt.state is AttemptState.PERMITTED


async def test_what_concerns_others_keeps_nobody_from_being_called(store: ActStore) -> None:
    await listed(store, 1)
    (attempt,) = await claimed(store)
    await store.suppressions.add([suppression(2, sponsor=None), suppression(1, sponsor="another")])
    await store.suppressions.add([suppression(1)])
    await store.suppressions.remove(fingerprint(1), "liste-demo", by="omar", at=NOW, reason="wrong number")
    assert await sent(store, [attempt.id]) == [attempt.id]


async def test_a_permit_that_has_run_out_is_not_sent(store: ActStore) -> None:
    await listed(store, 1)
    (attempt,) = await claimed(store)
    assert await sent(store, ()) == []
    for late, moved in ((timedelta(seconds=10), []), (timedelta(seconds=9), [attempt.id])):
        assert await store.attempts.originating([attempt.id], at=NOW + late, driver=DRIVER) == moved


def by_letter(store: ActStore, called: Attempt) -> Awaitable[object]:
    return store.suppressions.add([suppression(1)])


def by_a_nine_heard_late(store: ActStore, called: Attempt) -> Awaitable[object]:
    nine = suppression(1, channel=OppositionChannel.DTMF, source=called.id)
    return store.attempts.commit([Progression(called, nine)])


@pytest.mark.parametrize("oppose", [by_letter, by_a_nine_heard_late])
async def test_an_opposition_waits_for_a_judgement_under_way(
    postgres_engine: Engine, oppose: Callable[[ActStore, Attempt], Awaitable[object]]
) -> None:
    """A cancellation after it then finds a call just permitted. (SQLite has one writer anyhow.)"""
    url = postgres_engine.copy(f"turn_{oppose.__name__}")
    waited: list[bool] = []

    async def opposed(called: Attempt) -> None:
        async with ActStore.open(url) as other:
            await oppose(other, called)

    async with ActStore.open(url) as store:
        await listed(store, 1)
        await listed(store, 1, campaign_id=OTHER_CAMPAIGN)
        called = await called_before(store)
        meanwhile = Thread(target=lambda: asyncio.run(opposed(called)))

        def judge(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
            meanwhile.start()
            waited.append(waits(meanwhile, url))
            return permit(standing, dossier)

        await store.attempts.claim(OTHER_CAMPAIGN, now=NOW, limit=1, permits=1, judge=judge)
        await asyncio.to_thread(meanwhile.join)
        (ringing,) = await store.attempts.alive_to([fingerprint(1)])
        assert waited == [True]
        assert await store.suppressions.of(fingerprint(1))
        assert await sent(store, [ringing.id]) == []


async def called_before(store: ActStore) -> Attempt:
    (attempt,) = await claimed(store)
    ended = replace(attempt, state=AttemptState.ENDED, ended_at=NOW, result=Result.HANGUP_IN_NOTICE)
    await store.attempts.commit([Progression(ended, contact=ContactClosed(ClosedReason.HUNG_UP))])
    return replace(ended, opposed_at=NOW, result=Result.OPTED_OUT)


def waits(thread: Thread, url: str) -> bool:
    """Return True once the thread waits for its turn, False where it ended without."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with psycopg.connect(url, autocommit=True) as connection:
        while thread.is_alive():
            if connection.execute(waiting).fetchall() != [(0,)]:
                return True
            thread.join(0.01)
    return False
