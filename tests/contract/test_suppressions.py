"""Oppositions: never lost, taken out of force by an administrator alone."""

from dialer.adapters.sql.store import SqlStore
from tests.contract.samples import NOW, fingerprint, suppression


async def test_oppositions_come_back_whole(store: SqlStore) -> None:
    entries = [suppression(1), suppression(1, sponsor=None, note=None, source="a" * 32)]
    await store.suppressions.add(entries)
    assert await store.suppressions.of(fingerprint(1)) == tuple(entries)
    assert await store.suppressions.of(fingerprint(2)) == ()


async def test_the_same_opposition_again_is_another_event_of_the_same_number(store: SqlStore) -> None:
    await store.suppressions.add([suppression(1)])
    await store.suppressions.add([suppression(1), suppression(2)])
    assert len(await store.suppressions.of(fingerprint(1))) == 2
    assert await store.suppressions.count() == 2


async def test_a_removal_names_a_sponsor_or_takes_them_all(store: SqlStore) -> None:
    await store.suppressions.add([suppression(1), suppression(1, sponsor="another"), suppression(2)])
    removed = await store.suppressions.remove(
        fingerprint(1), "another", by="alma", at=NOW, reason="asked in writing"
    )
    assert removed == 1
    assert await store.suppressions.of(fingerprint(1)) == (suppression(1),)
    assert (
        await store.suppressions.remove(fingerprint(1), None, by="alma", at=NOW, reason="asked in writing")
        == 1
    )
    assert await store.suppressions.of(fingerprint(1)) == ()
    assert await store.suppressions.count() == 1


async def test_all_in_force_are_listed_in_batches(store: SqlStore) -> None:
    entries = [suppression(index) for index in range(25)]
    await store.suppressions.add(entries)
    await store.suppressions.remove(fingerprint(24), None, by="alma", at=NOW, reason="asked in writing")
    assert [entry async for batch in store.suppressions.all(batch=10) for entry in batch] == entries[:24]
