"""Cancelled tasks and lost connections: the store goes on working, nothing is half-written."""

import asyncio

import psycopg
import pytest

from dialer.domain.base.errors import Unavailable
from dialer.ports.records import CampaignSnapshot, ClaimDecision, ContactFacts
from tests.contract.engines import Engine
from tests.harness.acts import ActStore
from tests.samples.calls import claimed, permit
from tests.samples.campaigns import CAMPAIGN, NOW
from tests.samples.people import listed, suppression


@pytest.mark.parametrize("turns", [1, 3, 10, 30])
async def test_a_cancelled_claim_leaves_the_store_free(store: ActStore, turns: int) -> None:
    await listed(store, *range(50))
    claim = asyncio.create_task(claimed(store))
    for _ in range(turns):
        await asyncio.sleep(0)
    claim.cancel()
    (outcome,) = await asyncio.gather(claim, return_exceptions=True)
    assert isinstance(outcome, asyncio.CancelledError)
    assert await store.attempts.alive() == []
    assert len(await claimed(store)) == 50


async def test_cancelling_one_who_waits_for_the_writer_disturbs_nobody(store: ActStore) -> None:
    tasks = [asyncio.create_task(store.suppressions.add([suppression(index)])) for index in range(20)]
    await asyncio.sleep(0)
    for task in tasks[10:]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes[:10] == [None] * 10
    await store.suppressions.add([suppression(99)])
    stored = await store.suppressions.count()
    assert stored == 11 + outcomes[10:].count(None)


def cut_connections(url: str) -> None:
    """Cut every connection, as a restart of the server would."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_idle_connections_lost_to_a_restart_are_noticed_and_replaced(postgres_engine: Engine) -> None:
    url = postgres_engine.copy("restarted")
    async with ActStore.open(url) as store:
        await listed(store, 1)
        cut_connections(url)
        assert len(await claimed(store)) == 1


async def test_a_connection_lost_in_mid_claim_is_one_error_and_leaves_no_trace(
    postgres_engine: Engine,
) -> None:
    url = postgres_engine.copy("cut_off")
    async with ActStore.open(url) as store:
        await listed(store, 1, 2)

        def judge(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
            cut_connections(url)
            return permit(standing, dossier)

        with pytest.raises(Unavailable) as refused:
            await store.attempts.claim(CAMPAIGN, now=NOW, limit=2, permits=1, judge=judge)
        assert "\n" not in str(refused.value)
        assert await store.attempts.alive() == []
        assert len(await claimed(store)) == 2
