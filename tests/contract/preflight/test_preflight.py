"""A whole list foreseen by kinds of people: the same as asking about each person alone."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, text

from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql.db.engine import Database, connect, parse_url
from dialer.adapters.sql.records import attempt_record
from dialer.adapters.sql.schema.calls import attempts
from dialer.adapters.sql.schema.machine import past_calls
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import NotFound, Unavailable
from dialer.domain.base.types import ImportId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.oppositions.suppression import OppositionList
from dialer.domain.preflight.forecast import foresee, turns
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.ports.records import ContactFacts
from dialer.services.decision.decider import Decider
from dialer.services.preflight import Forecast, Preflight, packs_for
from tests.contract.judged import DAY, judge_at
from tests.contract.pages import read_alike
from tests.contract.random_lists import Person, RandomPeople
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY, NOW, OTHER_CAMPAIGN, SPONSOR, campaign, definition
from tests.samples.people import consent, fingerprint, listed, manifest, number, suppression

FAMILIES = 8


@dataclass(frozen=True)
class Foreseeing:
    """A campaign's changes, the instant from which it is foreseen, and the packs."""

    start: datetime
    packs: RulePackIndex
    changes: dict[str, object]


def latest_speaks() -> RulePackIndex:
    """Packs whose fr-political counts the latest of several consents alone."""
    shelf = []
    for pack in load_packs().shipped:
        rules = pack.consent.model_copy(update={"of_several": "latest"})
        shelf.append(pack.model_copy(update={"consent": rules}) if pack.name == "fr-political" else pack)
    return RulePackIndex(shelf)


RETRYING: dict[str, object] = {"retry": {"max_attempts": 3, "min_gap_hours": 30}}
ELECTION = {"id": "mun-2027", "poll_dates": {"default": "2027-02-05", "MQ": "2027-02-03"}}
CASES = {
    "political": Foreseeing(MONDAY - DAY, load_packs(), {}),
    "latest": Foreseeing(MONDAY - DAY, latest_speaks(), RETRYING),
    "election": Foreseeing(MONDAY - DAY, load_packs(), RETRYING | {"election": ELECTION}),
    "over": Foreseeing(MONDAY + 9 * DAY, load_packs(), {}),
    "commercial": Foreseeing(
        datetime.fromisoformat("2026-08-10T09:00:00+02:00"),
        load_packs(),
        {
            "profile": "fr-commercial",
            "purpose": "commercial",
            "starts_at": "2026-08-10T08:00:00+02:00",
            "ends_at": "2026-08-12T20:00:00+02:00",
        },
    ),
    "contract": Foreseeing(
        MONDAY - DAY, load_packs(), {"profile": "fr-commercial", "purpose": "commercial", "basis": "contract"}
    ),
}


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = connect(parse_url(url))
    yield opened
    await opened.close()


async def store_attempts(database: Database, made: Sequence[Attempt]) -> None:
    """Store attempts as the dialling loop leaves them, without their decisions.

    Some are known from a journal only.
    """
    recalled = [
        {
            "attempt_id": attempt.id,
            "fingerprint": attempt.fingerprint,
            "sponsor": attempt.sponsor,
            "campaign_id": attempt.campaign_id,
            "at": attempt.decided_at,
        }
        for attempt in made[::4]
    ]
    async with database.write() as connection:
        records = [attempt_record(attempt) for index, attempt in enumerate(made) if index % 4]
        await connection.execute(insert(attempts), records)
        await connection.execute(insert(past_calls), recalled)


async def fill(
    store: ActStore, database: Database, people: Sequence[Person], changes: dict[str, object]
) -> list[ContactFacts]:
    """Fill a list. Some of it has no source class, and some people are on lists of others."""
    await store.campaigns.add(campaign(CAMPAIGN, **changes))
    await store.campaigns.add(campaign(OTHER_CAMPAIGN))
    nowhere = manifest(ImportId("i000000000009"), source_class=None)
    for origin, some in ((manifest(), people[5:]), (nowhere, people[:5])):
        await store.imports.begin(origin)
        await store.contacts.add(origin.id, CAMPAIGN, [person.row for person in some])
    await store.consents.add([event for person in people for event in person.consents], by="camille")
    await store.suppressions.add([entry for person in people for entry in person.oppositions])
    fingerprints = [person.row.fingerprint for person in people]
    for digit, sponsor in (("1", None), ("2", SPONSOR), ("3", "another")):
        entry = OppositionList(
            ImportId("i00000000001" + digit), f"list {digit}", sponsor, MONDAY - DAY, MONDAY
        )
        await store.imports.begin(manifest(entry.id, None, kind="opposition list"))
        await store.lists.add(entry, fingerprints[int(digit) :: 37])
        await store.lists.put_in_force(entry.id, at=MONDAY)
    known = await store.contacts.dossiers_among(CAMPAIGN, fingerprints)
    await store_attempts(
        database,
        [
            replace(attempt, contact_id=known[attempt.fingerprint].contact.id)
            for person in people
            for attempt in person.attempts
        ],
    )
    return list((await store.contacts.dossiers_among(CAMPAIGN, fingerprints)).values())


async def one_by_one(
    store: ActStore, judge: Decider, people: list[ContactFacts], start: datetime
) -> Forecast:
    standing, forecast = await store.campaigns.standing(CAMPAIGN), Forecast()
    for dossier in people:
        forecast.add(foresee(judge.facts(standing, dossier, None), start, judge.cache), 1)
    return forecast


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", CASES)
async def test_a_list_comes_to_what_everybody_alone_comes_to(
    store: ActStore, database: Database, name: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.services.preflight.PAGE", 100)
    case, told = CASES[name], definition(**CASES[name].changes)
    changes = turns(told, packs_for(told.profile, case.packs), max(case.start, told.starts_at))
    edges = [edge for span in (*changes.given, *changes.expires) for edge in span]
    families = RandomPeople(seed, told, [*edges, *(since for _, since in changes.called), told.ends_at])
    people = [person for _ in range(FAMILIES) for person in (*families.family(), *families.endings())]
    stored = await fill(store, database, people, case.changes)
    judge = judge_at(case.start, case.packs)
    report = await Preflight(store, judge).run(LOCAL_ADMINISTRATOR, CAMPAIGN)
    assert report.forecast == await one_by_one(store, judge, stored, report.start)
    assert report.forecast.contacts == len(people)


async def test_people_who_differ_in_what_no_rule_tells_apart_are_counted_together(store: ActStore) -> None:
    """They differ in the minute and proof of a consent that holds throughout.

    They also differ in the number, and in when and by whom an opposition was noted.
    """
    await listed(store, *range(9))
    given = [
        consent(n, given_at=NOW - timedelta(days=40, seconds=n), proof=f"form {n}", recorded_at=NOW + n * DAY)
        for n in range(6)
    ]
    await store.consents.add(given, by="camille")
    opposed = [suppression(n, received_at=NOW - n * DAY, recorded_by=f"clerk {n}") for n in range(3)]
    await store.suppressions.add(opposed)
    told = definition()
    known = turns(told, packs_for(told.profile, load_packs()), MONDAY)
    assert sorted(tuple(sorted(alike.numbers)) for alike in await read_alike(store, known)) == [
        tuple(number(n) for n in some) for some in (range(3), range(3, 6), range(6, 9))
    ]


async def test_people_whose_only_consents_end_meanwhile_are_counted_together(store: ActStore) -> None:
    await listed(store, *range(4))
    ends = [MONDAY + timedelta(hours=hours) for hours in (5, 7, 100)]
    await store.consents.add([consent(n, expires_at=end) for n, end in enumerate(ends)], by="camille")
    told = definition()
    known = turns(told, packs_for(told.profile, load_packs()), MONDAY)
    ending, *others = sorted(await read_alike(store, known), key=lambda alike: -len(alike.ends))
    assert dict(zip(ending.numbers, ending.ends, strict=True)) == {number(n): ends[n] for n in range(3)}
    assert [alike.ends for alike in others] == [()]


async def test_who_was_erased_is_foreseen_no_more(store: ActStore) -> None:
    await listed(store, 1, 2)
    await store.subjects.erase(fingerprint(1), by="camille", at=NOW)
    report = await Preflight(store, judge_at(MONDAY, load_packs())).run(LOCAL_ADMINISTRATOR, CAMPAIGN)
    assert report.forecast.contacts == 1


async def test_an_unknown_campaign_has_no_list(store: ActStore) -> None:
    with pytest.raises(NotFound):
        await Preflight(store, judge_at(MONDAY, load_packs())).run(LOCAL_ADMINISTRATOR, CAMPAIGN)


async def test_a_database_that_fails_meanwhile_is_named(store: ActStore, database: Database) -> None:
    await listed(store, 1, 2)
    async with database.write() as connection:
        await connection.execute(text("DROP TABLE list_entries"))
    with pytest.raises(Unavailable, match="list_entries"):
        await Preflight(store, judge_at(MONDAY, load_packs())).run(LOCAL_ADMINISTRATOR, CAMPAIGN)
