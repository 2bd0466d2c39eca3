"""One process drives a PBX at a time: nobody takes a lease that holds, and who has lost it sends nothing."""

import asyncio

import pytest

from dialer.adapters.sql.store import SqlStore
from dialer.domain.attempt import AttemptState
from dialer.ports.leases import Driver
from tests.contract.samples import DRIVER, NOW, claimed, listed

OTHER = Driver(DRIVER.pbx, "f" * 32)
ELSEWHERE = Driver("pbx2", OTHER.holder)


async def test_a_lease_that_holds_is_taken_by_nobody_else_and_goes_on_for_its_holder(store: SqlStore) -> None:
    assert await store.leases.take(DRIVER, seconds=60)
    assert not await store.leases.take(OTHER, seconds=60)
    assert await store.leases.take(ELSEWHERE, seconds=60)
    assert await store.leases.take(DRIVER, seconds=60)


@pytest.mark.parametrize("ends", ["given up", "run out"])
async def test_a_lease_that_has_ended_is_anybodys(store: SqlStore, ends: str) -> None:
    assert await store.leases.take(DRIVER, seconds=60)
    if ends == "given up":
        await store.leases.give_up(OTHER)
        assert not await store.leases.take(OTHER, seconds=60)
        await store.leases.give_up(DRIVER)
    else:
        await store.leases.take(DRIVER, seconds=0)
    assert await store.leases.take(OTHER, seconds=60)
    assert not await store.leases.take(DRIVER, seconds=60)


async def test_of_many_who_reach_for_a_free_pbx_one_has_it(url: str) -> None:
    async with SqlStore.open(url) as one, SqlStore.open(url) as another:
        reaching = [
            store.leases.take(Driver("pbx1", f"{number:032}"), seconds=60)
            for number, store in enumerate([one, another] * 5)
        ]
        assert sum(await asyncio.gather(*reaching)) == 1


async def test_processes_share_the_pbxs_alike(store: SqlStore) -> None:
    early, late = ([Driver(f"pbx{number}", holder * 32) for number in range(5)] for holder in "el")
    for driver in early:
        assert await store.leases.take(driver, seconds=60)
    for _ in range(5):
        held = {
            name: [driver.pbx for driver in drivers if await store.leases.take(driver, seconds=60)]
            for name, drivers in (("late", late), ("early", early))
        }
    assert len(held["early"]) == 3
    assert len(held["late"]) == 2
    assert {*held["early"], *held["late"]} == {driver.pbx for driver in early}


@pytest.mark.parametrize("instead", ["nobody", "another", "run out", "another PBX's"])
async def test_nothing_is_sent_without_the_lease(store: SqlStore, instead: str) -> None:
    await listed(store, 1)
    [attempt] = await claimed(store)
    match instead:
        case "another":
            await store.leases.take(OTHER, seconds=60)
        case "run out":
            await store.leases.take(DRIVER, seconds=0)
        case "another PBX's":
            await store.leases.take(Driver("pbx2", DRIVER.holder), seconds=60)
    assert await store.attempts.originating([attempt.id], at=NOW, driver=DRIVER) == []
    driver = Driver("pbx2", DRIVER.holder)
    assert await store.attempts.originating([attempt.id], at=NOW, driver=driver) == []
    [left] = await store.attempts.alive()
    assert left.state is AttemptState.PERMITTED
