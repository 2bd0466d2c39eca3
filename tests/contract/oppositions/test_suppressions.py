"""Oppositions: never lost, taken out of force by an administrator alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from dialer.domain.oppositions.suppression import Suppression
from tests.harness.acts import ActStore
from tests.samples.campaigns import NOW
from tests.samples.people import fingerprint, suppression


async def test_oppositions_come_back_whole(store: ActStore) -> None:
    entries = [suppression(1), suppression(1, sponsor=None, note=None, source="a" * 32)]
    await store.suppressions.add(entries)
    assert await store.suppressions.of(fingerprint(1)) == tuple(entries)
    assert await store.suppressions.of(fingerprint(2)) == ()


async def test_the_same_opposition_again_is_another_event_of_the_same_number(store: ActStore) -> None:
    await store.suppressions.add([suppression(1)])
    await store.suppressions.add([suppression(1), suppression(2)])
    assert len(await store.suppressions.of(fingerprint(1))) == 2
    assert await store.suppressions.count() == 2


async def test_a_removal_names_a_sponsor_or_takes_them_all(store: ActStore) -> None:
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


async def test_all_in_force_are_listed_in_batches(store: ActStore) -> None:
    entries = [suppression(index) for index in range(25)]
    await store.suppressions.add(entries)
    await store.suppressions.remove(fingerprint(24), None, by="alma", at=NOW, reason="asked in writing")
    assert await flat(store.suppressions.in_force(batch=10)) == entries[:24]


async def test_what_was_made_and_what_was_lifted_since_a_revision(store: ActStore) -> None:
    await store.suppressions.add([suppression(1), suppression(2)])
    before = await store.suppressions.revision()
    assert await flat(store.suppressions.in_force(since=before)) == []
    await store.suppressions.add([suppression(3)])
    await store.suppressions.remove(fingerprint(2), None, by="alma", at=NOW, reason="asked in writing")
    assert await store.suppressions.revision() != before
    assert await store.suppressions.knows(before)
    assert await flat(store.suppressions.in_force(since=before)) == [suppression(3)]
    assert await flat(store.suppressions.lifted(since=before)) == [suppression(2)]
    assert await flat(store.suppressions.in_force(since="of another database")) == [
        suppression(1),
        suppression(3),
    ]


async def test_nothing_is_committed_behind_a_revision_that_was_read(store: ActStore, url: str) -> None:
    """Of two writers at once the later may commit first; a reader of news would miss the other."""
    async with ActStore.open(url) as another:
        writers = [
            asyncio.create_task(each.suppressions.add([suppression(10 * turn + index)]))
            for turn in range(10)
            for index, each in enumerate((store, another))
        ]
        seen, since = 0, await store.suppressions.revision()
        while not all(writer.done() for writer in writers):
            now = await store.suppressions.revision()
            seen += len(await flat(store.suppressions.in_force(since=since)))
            since = now
        await asyncio.gather(*writers)
        seen += len(await flat(store.suppressions.in_force(since=since)))
    assert seen >= len(writers)


async def flat(batches: AsyncIterator[Sequence[Suppression]]) -> list[Suppression]:
    return [entry async for batch in batches for entry in batch]
