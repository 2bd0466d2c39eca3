"""New fingerprint keys: every row of a number moves on, and no process with older keys goes on."""

import asyncio

import pytest

from dialer.adapters.home.keys import AesVault
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql import access
from dialer.domain.access import LOCAL_ADMINISTRATOR, Actor, Role
from dialer.domain.base.errors import BadSettings, Forbidden, InvalidInput, KeysChanged
from dialer.domain.base.types import Fingerprint, ImportId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.ledger.event import Kind
from dialer.domain.oppositions.suppression import OppositionList
from dialer.services.access import keys
from dialer.services.access.keys import KeyWatch, fingerprints_in_force
from dialer.services.decision.decisions import ReplayOutcome
from tests.contract.engines import Engine
from tests.contract.judged import DAY, claim_all, judge_at, listed_with_consent, replayed
from tests.contract.rotation import FIRST, fingerprints, keys_of, rotated
from tests.contract.sealing import seal_all
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S
from tests.samples.campaigns import CAMPAIGN, MONDAY
from tests.samples.people import fingerprint, manifest, number, suppression

JUDGE = judge_at(MONDAY, load_packs())


async def at_present(store: ActStore, index: int) -> Fingerprint:
    return (await fingerprints(store)).of(number(index))


async def test_an_opposition_is_found_under_each_later_key_and_not_under_the_one_before(
    store: ActStore,
) -> None:
    await store.suppressions.add([suppression(1), suppression(2, sponsor=None)])
    before = [fingerprint(1)]
    for version in (2, 3):
        assert (await rotated(store)).version == version
        found = [await store.suppressions.of(await at_present(store, index)) for index in (1, 2)]
        assert [[entry.sponsor for entry in entries] for entries in found] == [["liste-demo"], [None]]
        assert not await store.suppressions.of_many(before)
        before.append(await at_present(store, 1))
    assert await store.suppressions.count() == 2


async def test_decisions_after_it_know_oppositions_consents_lists_and_calls_in_progress(
    store: ActStore,
) -> None:
    await listed_with_consent(store, 1, 2, 3, 5, 7)
    called, *_ = await claim_all(store, JUDGE, limit=1)
    assert isinstance(called.outcome, Attempt)
    await store.suppressions.add([suppression(3)])
    await store.imports.begin(manifest(ImportId("i00000000000f"), None))
    entry = OppositionList(ImportId("i00000000000f"), "register", None, MONDAY - DAY, MONDAY + DAY)
    await store.lists.add(entry, [fingerprint(5)])
    await store.lists.put_in_force(entry.id, at=MONDAY)
    assert (await rotated(store)).numbers == 5
    codes = {j.decision.permitted: j.decision.codes for j in await claim_all(store, JUDGE)}
    dossiers = {
        index: await store.contacts.dossier(CAMPAIGN, await at_present(store, index)) for index in range(8)
    }
    assert {index for index, dossier in dossiers.items() if dossier and dossier.consents} == {1, 3, 5, 7}
    assert {index for index, dossier in dossiers.items() if dossier and dossier.suppressions} == {3}
    assert {i for i, d in dossiers.items() if d and any(each.holds for each in d.lists)} == {5}
    assert {index for index, dossier in dossiers.items() if dossier and dossier.attempts} == {1, 7}
    assert codes.keys() == {True, False}
    (alive,) = await store.attempts.alive_to([await at_present(store, 1)])
    assert alive.id == called.outcome.id


async def test_what_was_sealed_for_a_person_opens_and_replays_as_before(store: ActStore) -> None:
    await listed_with_consent(store, 1, 2, 3)
    await claim_all(store, JUDGE)
    await rotated(store)
    await rotated(store)
    assert dict((await replayed(store)).outcomes) == {ReplayOutcome.SAME: 3}


async def test_more_numbers_than_go_into_one_statement_are_brought_over_to_the_last(
    store: ActStore, engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL must answer a statement in time: millions of rows are several statements."""
    monkeypatch.setattr(access, "LONGEST_LIST", 2)
    monkeypatch.setattr(access, "PAGE", 2)
    await listed_with_consent(store, *range(1, 8))
    await claim_all(store, JUDGE, limit=3)
    await store.suppressions.add([suppression(index) for index in range(5, 12)])
    for _ in range(2):
        assert (await rotated(store)).numbers == 11
    everything = str(engine.dump(url))
    assert not [index for index in range(1, 12) if fingerprint(index) in everything]
    for index in range(5, 12):
        assert await store.suppressions.of(await at_present(store, index))
    await seal_all(store)
    assert dict((await replayed(store)).outcomes) == {ReplayOutcome.SAME: 3}


async def test_no_fingerprint_of_before_is_left_in_the_database(
    store: ActStore, engine: Engine, url: str
) -> None:
    await listed_with_consent(store, 1, 2)
    await claim_all(store, JUDGE)
    await store.suppressions.add([suppression(4)])
    await rotated(store)
    everything = str(engine.dump(url))
    assert (await at_present(store, 4)) in everything
    assert not [index for index in (1, 2, 4) if fingerprint(index) in everything]


async def test_the_ledger_goes_on_calling_a_number_by_the_name_it_had(store: ActStore) -> None:
    await store.suppressions.add([suppression(1)])
    await seal_all(store)
    await store.suppressions.add([suppression(1)])  # still waits to be sealed when the keys change
    await rotated(store)
    await rotated(store)
    await store.suppressions.add([suppression(1, fingerprint=await at_present(store, 1))])
    await store.suppressions.add([suppression(2, fingerprint=await at_present(store, 2))])
    await seal_all(store)
    entries = [e for e in await store.ledger.entries() if e.kind in {Kind.OPPOSITION, Kind.KEYS_ROTATE}]
    said = [entry.subject for entry in entries if entry.kind == Kind.OPPOSITION]
    assert said[0] == said[1] == said[2] != said[3]
    assert [entry.kind for entry in entries].count(Kind.KEYS_ROTATE) == 2


async def test_a_process_that_runs_meanwhile_neither_reads_nor_writes_with_its_older_keys(
    store: ActStore, url: str
) -> None:
    await store.suppressions.add([suppression(1)])
    async with ActStore.open(url) as running:
        await rotated(store)
        for refused in (
            running.suppressions.of(fingerprint(1)),
            running.suppressions.add([suppression(2)]),
            claim_all(running, JUDGE),
        ):
            with pytest.raises(KeysChanged):
                await refused
    async with ActStore.open(url) as anew:
        assert await anew.suppressions.of(await at_present(anew, 1))


async def test_whoever_runs_meanwhile_opens_everything_anew_once_the_new_key_is_at_hand(
    store: ActStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On another machine it has to be brought there first."""
    monkeypatch.setattr(keys, "PERIOD_S", 0)
    versions, asked = [1], asyncio.Event()

    def at_hand() -> int:
        asked.set()
        return versions[-1]

    async with ActStore.open(url) as running, asyncio.timeout(SOON_S):
        watching = asyncio.create_task(KeyWatch(running, at_hand).run())
        await rotated(store)
        await asked.wait()
        assert not watching.done()
        versions.append(2)
        with pytest.raises(KeysChanged, match="version 2"):
            await watching


async def test_of_two_who_change_the_keys_at_once_one_does(store: ActStore, url: str) -> None:
    await store.suppressions.add([suppression(1)])
    async with ActStore.open(url) as other:
        outcomes = await asyncio.gather(rotated(store), rotated(other), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Rotated"]
    async with ActStore.open(url) as anew:
        assert (await fingerprints(anew)).version == 2
        assert await anew.suppressions.of(await at_present(anew, 1))


async def test_a_home_without_the_keys_of_its_database_opens_nothing(store: ActStore) -> None:
    assert (await fingerprints_in_force(store, [FIRST])).version == 1
    with pytest.raises(BadSettings, match="not those of the database"):
        await fingerprints_in_force(store, [b"another key"])
    await rotated(store)
    with pytest.raises(BadSettings, match="lacks version 2"):
        await fingerprints_in_force(store, [FIRST])


async def test_a_rotation_that_breaks_leaves_everything_as_it_was(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await claim_all(store, JUDGE)
    await store.suppressions.add([suppression(1)])
    with pytest.raises(InvalidInput):
        await keys_of(store, AesVault(b"m" * 32)).rotate(LOCAL_ADMINISTRATOR, "x")
    assert (await fingerprints(store)).version == 1
    assert await store.suppressions.of(fingerprint(1))
    assert dict((await replayed(store)).outcomes) == {ReplayOutcome.SAME: 1}


async def test_only_an_administrator_with_a_reason_changes_the_keys(store: ActStore) -> None:
    with pytest.raises(Forbidden):
        await keys_of(store).rotate(Actor("ada", Role.AUDITOR), "routine")
    with pytest.raises(InvalidInput, match="needs a reason"):
        await keys_of(store).rotate(LOCAL_ADMINISTRATOR, " ")
