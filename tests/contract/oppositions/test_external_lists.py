"""Lists that others keep: aside until they are whole, then in the place of the one before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import ImportId
from dialer.domain.oppositions.suppression import ListKind, ListStanding, OppositionList
from tests.contract.engines import Engine
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, NOW, SPONSOR
from tests.samples.people import fingerprint, listed, manifest

FIRST = OppositionList(ImportId("i000000000011"), "national", None, NOW, NOW + timedelta(days=30))
SECOND = replace(FIRST, id=ImportId("i000000000012"), valid_to=NOW + timedelta(days=60), kind=ListKind.LINES)


async def filled(store: ActStore, entry: OppositionList, *indices: int) -> None:
    await store.imports.begin(manifest(entry.id, None, kind="opposition list"))
    await store.lists.add(entry, [fingerprint(index) for index in indices])


def standing(entry: OppositionList, *, holds: bool) -> ListStanding:
    return ListStanding(entry.name, entry.valid_from, entry.valid_to, holds, entry.kind)


async def test_a_list_is_nothing_until_it_is_put_in_force(store: ActStore) -> None:
    await filled(store, FIRST, 1)
    assert await store.lists.standings(SPONSOR, [fingerprint(1)]) == {fingerprint(1): ()}
    await store.lists.put_in_force(FIRST.id, at=NOW)
    assert await store.lists.standings(SPONSOR, [fingerprint(1), fingerprint(2)]) == {
        fingerprint(1): (standing(FIRST, holds=True),),
        fingerprint(2): (standing(FIRST, holds=False),),
    }


async def test_a_newer_import_takes_the_place_of_the_whole_list(
    store: ActStore, engine: Engine, url: str
) -> None:
    await filled(store, FIRST, 1, 2)
    await store.lists.put_in_force(FIRST.id, at=NOW)
    await filled(store, SECOND, 2, 3)
    await store.lists.put_in_force(SECOND.id, at=NOW)
    found = await store.lists.standings(SPONSOR, [fingerprint(index) for index in (1, 2, 3)])
    assert [entry.holds for (entry,) in found.values()] == [False, True, True]
    assert [(entry.list, entry.entries) for entry in await store.lists.current()] == [(SECOND, 2)]
    await store.lists.forget_replaced()
    assert fingerprint(1) not in engine.dump(url)["list_entries"]
    assert fingerprint(2) in engine.dump(url)["list_entries"]


async def test_lists_of_other_names_and_of_the_sponsor_stand_beside(store: ActStore) -> None:
    own = replace(SECOND, name="own", sponsor=SPONSOR)
    others = replace(SECOND, id=ImportId("i000000000013"), name="others", sponsor="somebody else")
    for entry in (FIRST, own, others):
        await filled(store, entry, 1)
        await store.lists.put_in_force(entry.id, at=NOW)
    found = await store.lists.standings(SPONSOR, [fingerprint(1)])
    assert [entry.name for entry in found[fingerprint(1)]] == ["national", "own"]


async def test_a_number_twice_on_a_list_is_on_it_once(store: ActStore) -> None:
    await filled(store, FIRST, 1, 1)
    await store.lists.add(FIRST, [fingerprint(1)])
    await store.lists.put_in_force(FIRST.id, at=NOW)
    assert [entry.entries for entry in await store.lists.current()] == [1]


async def test_an_unknown_list_cannot_be_put_in_force(store: ActStore) -> None:
    with pytest.raises(NotFound):
        await store.lists.put_in_force(FIRST.id, at=NOW)


async def test_a_long_list_that_was_replaced_is_forgotten_whole(
    store: ActStore, engine: Engine, url: str
) -> None:
    await filled(store, FIRST, *range(6000))
    await filled(store, SECOND, 7000)
    for entry in (FIRST, SECOND):
        await store.lists.put_in_force(entry.id, at=NOW)
    await store.lists.forget_replaced()
    assert engine.dump(url)["list_entries"].count(SECOND.id) == 1
    assert FIRST.id not in engine.dump(url)["list_entries"]


async def test_a_dossier_says_of_every_list_whether_it_holds_the_number(store: ActStore) -> None:
    await listed(store, 1, 2)
    await filled(store, FIRST, 2)
    await store.lists.put_in_force(FIRST.id, at=NOW)
    both = await store.contacts.dossiers_among(CAMPAIGN, [fingerprint(1), fingerprint(2)])
    assert {one: dossier.lists for one, dossier in both.items()} == {
        fingerprint(1): (standing(FIRST, holds=False),),
        fingerprint(2): (standing(FIRST, holds=True),),
    }
    alone = await store.contacts.dossier(CAMPAIGN, fingerprint(2))
    assert alone is not None
    assert alone.lists == (standing(FIRST, holds=True),)
