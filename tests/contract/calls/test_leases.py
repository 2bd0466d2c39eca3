"""One process drives a PBX at a time: none takes a lease that holds.

A process that has lost its lease sends nothing.
"""

import asyncio

import pytest

from dialer.domain.calls.attempt import AttemptState
from dialer.ports.pbx import Driver, Heartbeat
from tests.harness.acts import ActStore
from tests.samples.calls import DRIVER, claimed
from tests.samples.campaigns import NOW
from tests.samples.people import listed

OTHER = Driver(DRIVER.pbx, "f" * 32)
ELSEWHERE = Driver("pbx2", OTHER.holder)


async def takes(store: ActStore, driver: Driver, silent: Heartbeat | None = None) -> bool:
    return (await store.leases.take(driver, silent=silent)).holder == driver.holder


async def test_a_lease_that_holds_is_taken_by_nobody_else_and_goes_on_for_its_holder(store: ActStore) -> None:
    assert await takes(store, DRIVER)
    assert not await takes(store, OTHER)
    assert await takes(store, ELSEWHERE)
    assert await takes(store, DRIVER)


async def test_a_lease_that_was_given_up_is_anybodys(store: ActStore) -> None:
    assert await takes(store, DRIVER)
    await store.leases.give_up(OTHER)
    assert not await takes(store, OTHER)
    await store.leases.give_up(DRIVER)
    assert await takes(store, OTHER)
    assert not await takes(store, DRIVER)


async def test_only_a_holder_who_is_still_silent_loses_the_lease(store: ActStore) -> None:
    first = await store.leases.take(DRIVER)
    assert await store.leases.take(OTHER) == first
    second = await store.leases.take(DRIVER)
    assert not await takes(store, OTHER, silent=first)
    assert await store.leases.heartbeats() == {DRIVER.pbx: second}
    assert await takes(store, OTHER, silent=second)
    assert not await takes(store, DRIVER, silent=second)


async def test_a_lease_taken_anew_is_not_taken_for_the_one_before(store: ActStore) -> None:
    before = await store.leases.take(DRIVER)
    await store.leases.give_up(DRIVER)
    assert await store.leases.take(DRIVER) != before


async def test_of_many_who_reach_for_a_free_pbx_one_has_it(url: str) -> None:
    async with ActStore.open(url) as one, ActStore.open(url) as another:
        reaching = [
            takes(store, Driver("pbx1", f"{number:032}")) for number, store in enumerate([one, another] * 5)
        ]
        assert sum(await asyncio.gather(*reaching)) == 1


async def test_processes_share_the_pbxs_alike(store: ActStore) -> None:
    early, late = ([Driver(f"pbx{number}", holder * 32) for number in range(5)] for holder in "el")
    for driver in early:
        assert await takes(store, driver)
    for _ in range(5):
        held = {
            name: [driver.pbx for driver in drivers if await takes(store, driver)]
            for name, drivers in (("late", late), ("early", early))
        }
    assert len(held["early"]) == 3
    assert len(held["late"]) == 2
    assert {*held["early"], *held["late"]} == {driver.pbx for driver in early}


@pytest.mark.parametrize("instead", ["nobody", "another", "given up", "another PBX's"])
async def test_nothing_is_sent_without_the_lease(store: ActStore, instead: str) -> None:
    await listed(store, 1)
    [attempt] = await claimed(store)
    match instead:
        case "another":
            await store.leases.take(OTHER)
        case "given up":
            await store.leases.take(DRIVER)
            await store.leases.give_up(DRIVER)
        case "another PBX's":
            await store.leases.take(Driver("pbx2", DRIVER.holder))
    assert await store.attempts.originating([attempt.id], at=NOW, driver=DRIVER) == []
    driver = Driver("pbx2", DRIVER.holder)
    assert await store.attempts.originating([attempt.id], at=NOW, driver=driver) == []
    [left] = await store.attempts.alive()
    assert left.state is AttemptState.PERMITTED
