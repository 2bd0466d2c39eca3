"""Lists of contacts: one entry a number and campaign, and every consent of a list kept."""

import asyncio
from dataclasses import replace

import pytest

from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import ImportId, PhoneNumber
from dialer.ports.records import ImportCounts, NewContact
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, OTHER_CAMPAIGN, campaign
from tests.samples.people import (
    IMPORT,
    consent,
    details_of,
    fingerprint,
    listed,
    manifest,
    new_contact,
    suppression,
)


@pytest.fixture
async def begun(store: ActStore) -> ActStore:
    await store.campaigns.add(campaign())
    await store.imports.begin(manifest())
    return store


async def test_an_import_is_reported_once_it_has_ended(begun: ActStore) -> None:
    assert await begun.imports.get(IMPORT) == (manifest(), None)
    await begun.imports.end(IMPORT, ImportCounts(4, 2, 1, 1), '{"rows": 4}')
    assert await begun.imports.get(IMPORT) == (manifest(), '{"rows": 4}')


async def test_an_unknown_import_is_not_found(begun: ActStore) -> None:
    unknown = ImportId("i000000000009")
    for question in (
        begun.imports.get(unknown),
        begun.imports.end(unknown, ImportCounts(0, 0, 0, 0), "{}"),
        begun.contacts.add(unknown, CAMPAIGN, [new_contact(1)]),
    ):
        with pytest.raises(NotFound):
            await question
    assert await begun.contacts.count(CAMPAIGN) == 0


async def test_lines_of_numbers_already_listed_are_named_as_duplicates(begun: ActStore) -> None:
    assert await begun.contacts.add(IMPORT, CAMPAIGN, [new_contact(1, 2), new_contact(2, 3)]) == []
    again = [new_contact(2, 4), new_contact(3, 5), new_contact(3, 6)]
    assert await begun.contacts.add(IMPORT, CAMPAIGN, again) == [4, 6]
    assert await begun.contacts.count(CAMPAIGN) == 3


async def test_the_same_number_may_be_on_two_campaigns_lists(store: ActStore) -> None:
    await listed(store, 1)
    await listed(store, 1, campaign_id=OTHER_CAMPAIGN)
    assert await store.contacts.count(OTHER_CAMPAIGN) == 1


async def test_a_duplicates_consent_is_stored_all_the_same(begun: ActStore) -> None:
    first, renewed = consent(1, import_id=IMPORT), consent(1, import_id=IMPORT, proof="proof-2")
    await begun.contacts.add(IMPORT, CAMPAIGN, [new_contact(1, 2, first)])
    await begun.contacts.add(IMPORT, CAMPAIGN, [new_contact(1, 3, renewed)])
    assert await begun.consents.of(fingerprint(1)) == (first, renewed)


async def test_an_empty_batch_is_fine(begun: ActStore) -> None:
    assert await begun.contacts.add(IMPORT, CAMPAIGN, []) == []


async def test_two_imports_at_once_with_the_same_numbers_share_them(begun: ActStore) -> None:
    other = ImportId("i000000000002")
    await begun.imports.begin(manifest(other))
    rows = [new_contact(index) for index in range(300)]
    doubles = await asyncio.gather(
        begun.contacts.add(IMPORT, CAMPAIGN, rows), begun.contacts.add(other, CAMPAIGN, rows[::-1])
    )
    assert await begun.contacts.count(CAMPAIGN) == 300
    assert len(doubles[0]) + len(doubles[1]) == 300


async def test_more_rows_than_fit_into_one_statement_are_added_in_order(begun: ActStore) -> None:
    rows = [new_contact(index) for index in range(6000)]
    assert await begun.contacts.add(IMPORT, CAMPAIGN, rows) == []
    found = await begun.contacts.dossiers_among(CAMPAIGN, [row.fingerprint for row in rows])
    assert sorted(found, key=lambda one: found[one].contact.id) == [row.fingerprint for row in rows]


async def test_places_are_the_territories_stated_or_else_those_of_the_numbers(begun: ActStore) -> None:
    numbers = [
        "+33199000002",
        "+262692123456",
        "+262262123456",
        "+590690123456",
        "+687251234",
        "+68987123456",
    ]
    untold = [
        replace(new_contact(index), number=PhoneNumber(text), details=details_of())
        for index, text in enumerate(numbers, 2)
    ]
    told = [in_detail(1, territory="MQ"), in_detail(8, territory="FR-67")]
    await begun.contacts.add(IMPORT, CAMPAIGN, [*told, *untold])
    assert await begun.contacts.places(CAMPAIGN) == {
        ("MQ",),
        ("FR",),
        ("RE", "YT"),
        ("RE",),
        ("GP", "MF", "BL"),
        ("NC",),
        ("PF",),
    }


def in_detail(index: int, **stated: str | None) -> NewContact:
    return replace(new_contact(index), details=details_of(**stated))


async def test_languages_are_those_that_the_list_states(begun: ActStore) -> None:
    stated = in_detail(1, language="en-GB"), in_detail(2, language=None), in_detail(3, language="fr")
    await begun.contacts.add(IMPORT, CAMPAIGN, stated)
    assert await begun.contacts.languages(CAMPAIGN) == {"en-GB", "fr"}


async def test_a_dossier_is_about_one_number_of_one_campaign(begun: ActStore) -> None:
    await begun.contacts.add(IMPORT, CAMPAIGN, [new_contact(1, given=consent(1))])
    await begun.suppressions.add([suppression(1), suppression(2)])
    dossier = await begun.contacts.dossier(CAMPAIGN, fingerprint(1))
    assert dossier is not None
    assert (dossier.consents, dossier.suppressions) == ((consent(1),), (suppression(1),))
    assert (dossier.contact.import_id, dossier.contact.line) == (IMPORT, 2)
    assert await begun.contacts.dossier(CAMPAIGN, fingerprint(2)) is None


async def test_dossiers_of_many_numbers_are_read_at_once(begun: ActStore) -> None:
    await begun.contacts.add(
        IMPORT, CAMPAIGN, [new_contact(index, given=consent(index)) for index in range(40)]
    )
    await begun.suppressions.add([suppression(3), suppression(3), suppression(99)])
    asked = [fingerprint(index) for index in range(20, 6000)] + [fingerprint(3)]
    found = await begun.contacts.dossiers_among(CAMPAIGN, asked)
    assert set(found) == {fingerprint(3), *(fingerprint(index) for index in range(20, 40))}
    assert found[fingerprint(20)] == await begun.contacts.dossier(CAMPAIGN, fingerprint(20))
    assert found[fingerprint(3)].suppressions == (suppression(3), suppression(3))
    opposed = await begun.suppressions.of_many([*asked, fingerprint(99)])
    assert {number: len(entries) for number, entries in opposed.items()} == {
        fingerprint(3): 2,
        fingerprint(99): 1,
    }
    with pytest.raises(NotFound):
        await begun.contacts.dossiers_among(OTHER_CAMPAIGN, asked)
