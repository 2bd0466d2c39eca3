"""The lock of a PBX after the fingerprint keys were changed: today's fingerprints, and nothing that nobody else would know."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.sql.migrate import upgrade
from dialer.adapters.sql.store import SqlStore
from dialer.domain.call_events import PbxSuppression
from dialer.domain.contact import Fingerprint
from dialer.domain.suppression import sponsor_key
from dialer.services.pbx_lock import PbxLock
from tests.contract.rotation import fingerprints, rotated
from tests.contract.samples import NOW, SPONSOR, fingerprint, number, suppression
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import ScriptedPbx

OF_NOBODY_KNOWN = PbxSuppression(Fingerprint("ab" * 32), None)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    await upgrade(url)
    async with SqlStore.open(url) as opened:
        yield opened


async def recovered(store: SqlStore, pbx: ScriptedPbx) -> None:
    lock = PbxLock(store, await fingerprints(store), pretending(NOW))
    link = ScriptedLink(pbx)
    await lock.make_whole(link)
    await lock.forget_outdated(link)


async def test_a_pbx_is_given_todays_fingerprints_and_relieved_of_older_ones(store: SqlStore) -> None:
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


async def test_what_the_database_does_not_know_stays_locked(store: SqlStore) -> None:
    pbx = ScriptedPbx(lambda: NOW)
    said_meanwhile = PbxSuppression(fingerprint(2), sponsor_key(SPONSOR))
    pbx.locked.add(said_meanwhile)
    await rotated(store)
    await recovered(store, pbx)
    assert pbx.locked == {said_meanwhile}
