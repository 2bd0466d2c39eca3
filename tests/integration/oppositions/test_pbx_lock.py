"""The lock of a PBX that was away gets the entries it missed and no more.

It gets them in today's fingerprints, and loses no opposition that only the PBX knows.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.base.types import Fingerprint
from dialer.domain.oppositions.suppression import PbxSuppression, sponsor_key
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.oppositions.pbx_lock import AT_ONCE, PbxLock
from tests.contract.rotation import fingerprints, rotated
from tests.harness.acts import ActStore
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import ScriptedPbx
from tests.samples.campaigns import NOW, SPONSOR
from tests.samples.people import fingerprint, number, suppression

OF_NOBODY_KNOWN = PbxSuppression(Fingerprint("ab" * 32), None)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ActStore]:
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    await upgrade(url)
    async with ActStore.open(url) as opened:
        yield opened


async def a_lock(store: ActStore) -> PbxLock:
    return PbxLock(store, await fingerprints(store), pretending(NOW))


async def lifted(store: ActStore, index: int) -> None:
    await store.suppressions.remove(fingerprint(index), None, by="admin", at=NOW, reason="asked for")


def copied(folder: Path) -> str:
    """Copy the database as it is now to another file."""
    with (
        closing(sqlite3.connect(folder / "dialer.db")) as now,
        closing(sqlite3.connect(folder / "y.db")) as to,
    ):
        now.backup(to)
    return f"sqlite:///{folder / 'y.db'}"


async def recovered(store: ActStore, pbx: ScriptedPbx) -> None:
    lock, link = await a_lock(store), ScriptedLink(pbx)
    await lock.make_whole(link)
    await lock.relieve(link)


async def test_a_pbx_is_given_todays_fingerprints_and_relieved_of_older_ones(store: ActStore) -> None:
    pbx = ScriptedPbx(lambda: NOW)
    entry = suppression(1)
    await store.suppressions.add([entry, replace(entry, sponsor=None)])
    await recovered(store, pbx)
    assert {locked.fingerprint for locked in pbx.locked} == {fingerprint(1)}
    pbx.locked.add(OF_NOBODY_KNOWN)
    for _ in range(2):
        await rotated(store)
        await recovered(store, pbx)
    present = (await fingerprints(store)).of(number(1))
    assert pbx.locked == {
        PbxSuppression(present, sponsor_key(SPONSOR)),
        PbxSuppression(present, None),
        OF_NOBODY_KNOWN,
    }


async def test_older_fingerprints_are_brought_forward_a_few_at_a_time(
    store: ActStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is an HMAC for every version of the keys: all at once would hold the event loop."""
    pbx, turns, brought = ScriptedPbx(lambda: NOW), [0], list[int]()
    await rotated(store)
    pbx.locked |= {PbxSuppression(fingerprint(index), None) for index in range(1000)}
    really = Fingerprints.successors

    def successors(self: Fingerprints, one: Fingerprint) -> Iterator[Fingerprint]:
        brought.append(turns[-1])
        return really(self, one)

    async def turn() -> None:
        while True:
            turns.append(turns[-1] + 1)
            await asyncio.sleep(0)

    monkeypatch.setattr(Fingerprints, "successors", successors)
    turning = asyncio.create_task(turn())
    await recovered(store, pbx)
    turning.cancel()
    assert len(brought) == 1000
    assert max(Counter(brought).values()) <= AT_ONCE


async def test_what_the_database_does_not_know_stays_locked(store: ActStore) -> None:
    pbx = ScriptedPbx(lambda: NOW)
    said_meanwhile = PbxSuppression(fingerprint(2), sponsor_key(SPONSOR))
    pbx.locked.add(said_meanwhile)
    await rotated(store)
    await recovered(store, pbx)
    assert pbx.locked == {said_meanwhile}


async def test_a_pbx_that_comes_back_is_given_only_what_it_missed(store: ActStore) -> None:
    pbx = ScriptedPbx(lambda: NOW)
    lock, link = await a_lock(store), ScriptedLink(pbx)
    await store.suppressions.add([suppression(index) for index in range(50)])
    await lock.make_whole(link)
    for _ in range(2):
        await lock.keep_whole(link)
    pbx.writes = 0
    await store.suppressions.add([suppression(50)])
    await lifted(store, 7)
    await recovered(store, pbx)
    assert pbx.writes == 1
    assert {locked.fingerprint for locked in pbx.locked} == {fingerprint(n) for n in range(51) if n != 7}


async def test_who_was_opposed_again_while_the_pbx_was_away_stays_locked(store: ActStore) -> None:
    pbx = ScriptedPbx(lambda: NOW)
    await store.suppressions.add([suppression(1)])
    await recovered(store, pbx)
    await lifted(store, 1)
    await store.suppressions.add([suppression(1)])
    await recovered(store, pbx)
    assert {locked.fingerprint for locked in pbx.locked} == {fingerprint(1)}


async def test_what_a_failed_commit_of_the_pbx_took_back_is_given_again(store: ActStore) -> None:
    pbx = ScriptedPbx(lambda: NOW)
    lock, link = await a_lock(store), ScriptedLink(pbx)
    await store.suppressions.add([suppression(1)])
    await lock.make_whole(link)
    await lock.keep_whole(link)
    pbx.locked.clear()
    await lock.keep_whole(link)
    assert pbx.mark is None
    assert {locked.fingerprint for locked in pbx.locked} == {fingerprint(1)}
    await lock.keep_whole(link)
    assert pbx.mark is not None


@pytest.mark.parametrize("mark", [f"{'a' * 16}-{'b' * 32}", "torn", ""])
async def test_a_pbx_of_another_history_is_given_the_whole_list(store: ActStore, mark: str) -> None:
    """A new volume, other keys, or a database that is another or younger than the PBX's list."""
    pbx = ScriptedPbx(lambda: NOW, mark=mark)
    await store.suppressions.add([suppression(index) for index in range(3)])
    await recovered(store, pbx)
    assert pbx.writes == 3


async def test_a_younger_database_gives_the_whole_list(store: ActStore, tmp_path: Path) -> None:
    pbx = ScriptedPbx(lambda: NOW)
    younger = copied(tmp_path)
    lock, link = await a_lock(store), ScriptedLink(pbx)
    await store.suppressions.add([suppression(1)])
    for _ in range(2):
        await lock.keep_whole(link)
    async with ActStore.open(younger) as swapped:
        await swapped.suppressions.add([suppression(2)])
        await recovered(swapped, pbx)
    assert {locked.fingerprint for locked in pbx.locked} == {fingerprint(1), fingerprint(2)}
