"""Erasures and leftovers of the retention job, on both engines (FP-32, FP-32b, T120)."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import Conflict
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.domain.consent import ConsentWithdrawn
from dialer.domain.ledger.event import Kind
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.domain.upkeep import RetentionRun
from dialer.ports.records import Progression
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.decision.decisions import ReplayOutcome
from dialer.services.upkeep.erasure import Retention
from tests.contract.altering import alter
from tests.contract.inspection.test_subjects import end_calls
from tests.contract.judged import (
    DAY,
    SOUNDS,
    VAULT,
    claim_all,
    judge_at,
    listed_with_consent,
    replayed,
    shelf_with,
)
from tests.contract.sealing import seal_all
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY, OTHER_CAMPAIGN
from tests.samples.people import consent, fingerprint, number, suppression

PACKS = load_packs()
LIMIT = MONDAY - DAY + 60 * DAY
"""Sixty days after the import: `listed_with_consent` imports a day before."""
YEAR = 366 * DAY


def retention(
    store: ActStore, now: datetime, *, pretended: bool = False, packs: RulePackIndex = PACKS
) -> Retention:
    return Retention(store, packs, ConsentProofs(store, VAULT), SOUNDS, pretending(now), pretended=pretended)


async def run_at(store: ActStore, now: datetime) -> RetentionRun:
    return await retention(store, now).run_now(LOCAL_ADMINISTRATOR)


async def numbers(store: ActStore) -> list[str]:
    return [
        contact.contact.number
        for index in (1, 2, 3)
        for contact in (await store.subjects.file(fingerprint(index))).contacts
    ]


async def test_a_list_goes_with_its_sixtieth_day_and_not_before(store: ActStore) -> None:
    await listed_with_consent(store, 1, 2)
    early = await run_at(store, LIMIT - timedelta(hours=25, minutes=1))
    assert (early.contacts, await numbers(store)) == (0, [number(1), number(2)])
    late = await run_at(store, LIMIT - DAY)
    assert (late.contacts, await numbers(store)) == (2, ["", ""])
    assert (await run_at(store, LIMIT)).contacts == 0


async def test_the_consent_of_an_erased_contact_keeps_decisions_readable_for_three_years(
    store: ActStore,
) -> None:
    await listed_with_consent(store, 1, 2)
    await claim_all(store, judge_at(MONDAY, PACKS))
    await end_calls(store)
    run = await run_at(store, LIMIT)
    # Number 2 agreed to nothing: nothing is left to prove.
    assert (run.contacts, run.consents, run.keys) == (2, 0, 1)
    assert dict((await replayed(store)).outcomes) == {ReplayOutcome.SAME: 1, ReplayOutcome.ERASED: 1}
    run = await run_at(store, MONDAY + 3 * YEAR)
    assert (run.contacts, run.consents, run.keys) == (0, 1, 1)
    assert dict((await replayed(store)).outcomes) == {ReplayOutcome.ERASED: 2}


async def test_oppositions_and_withdrawals_stay(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await store.suppressions.add([suppression(1)])
    await store.consents.add([ConsentWithdrawn(fingerprint(1), None, "letter", MONDAY, MONDAY)], by="camille")
    await run_at(store, MONDAY + 10 * YEAR)
    assert len(await store.suppressions.of(fingerprint(1))) == 1
    assert [type(event) for event in await store.consents.of(fingerprint(1))] == [ConsentWithdrawn]


async def test_an_old_consent_stays_while_its_number_stands_on_a_list(store: ActStore) -> None:
    await listed_with_consent(store, 2)
    old = consent(2, given_at=MONDAY - 4 * YEAR)
    await store.consents.add([old, replace(old, fingerprint=fingerprint(3))], by="camille")
    assert (await run_at(store, MONDAY)).consents == 1
    assert [kept.recorded_at for kept in await store.consents.of(fingerprint(2))] == [old.recorded_at]


async def test_whoever_is_being_called_is_erased_by_a_later_run(store: ActStore) -> None:
    await listed_with_consent(store, 1, 2)
    await claim_all(store, judge_at(MONDAY, PACKS))
    assert ((await run_at(store, LIMIT)).contacts, await numbers(store)) == (1, [number(1), ""])
    await end_calls(store)
    assert ((await run_at(store, LIMIT + DAY)).contacts, await numbers(store)) == (1, ["", ""])


async def test_one_number_on_two_lists_goes_from_each_at_its_own_time(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await listed_with_consent(store, 1, campaign_id=OTHER_CAMPAIGN)
    (first, second) = await store.retention.lists()
    assert {first.campaign_id, second.campaign_id} == {CAMPAIGN, OTHER_CAMPAIGN}
    assert await store.retention.erase_contacts(first.import_id, at=MONDAY, limit=10) == 1
    assert await store.retention.lists() == [second]
    assert sorted(await numbers(store)) == ["", number(1)]


async def test_a_run_is_recorded_and_the_next_one_visible(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await run_at(store, MONDAY)
    status = await retention(store, MONDAY).status(LOCAL_ADMINISTRATOR)
    assert status.last is not None
    assert (status.last.well, status.failing_since, status.overdue) == (True, None, 0)
    assert status.next_run_at == status.last.started_at + DAY
    assert [dated.limit for dated in status.lists] == [LIMIT]
    await seal_all(store)
    assert [entry.kind for entry in await store.ledger.entries()].count(Kind.RETENTION) == 1


BREAK: dict[str, str] = {
    "sqlite": "CREATE TRIGGER broken BEFORE UPDATE ON contacts BEGIN SELECT RAISE(ABORT, 'broken'); END",
    "postgresql": "ALTER TABLE contacts ADD CONSTRAINT broken CHECK (erased_at IS NULL)",
}
MEND = {
    "sqlite": "DROP TRIGGER broken",
    "postgresql": "ALTER TABLE contacts DROP CONSTRAINT broken",
}


async def test_a_job_that_fails_is_told_and_after_seventy_two_hours_no_campaign_is_created(
    store: ActStore, url: str
) -> None:
    await listed_with_consent(store, 1)
    engine = url.partition(":")[0]
    alter(url, BREAK[engine])
    failed_at = LIMIT - DAY
    failed = await run_at(store, failed_at)
    assert (failed.well, failed.contacts) == (False, 0)
    within = retention(store, failed_at + timedelta(hours=71))
    await within.demand_running()
    assert (await within.status(LOCAL_ADMINISTRATOR)).failing_since == failed.started_at
    beyond = retention(store, failed_at + timedelta(hours=73))
    with pytest.raises(Conflict, match="dialer retention status"):
        await beyond.demand_running()
    alter(url, MEND[engine])
    assert (await beyond.run_now(LOCAL_ADMINISTRATOR)).contacts == 1
    await beyond.demand_running()


async def test_a_job_that_never_runs_blocks_campaigns_just_as_well(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await retention(store, LIMIT + timedelta(hours=71)).demand_running()
    with pytest.raises(Conflict):
        await retention(store, LIMIT + timedelta(hours=73)).demand_running()


async def ended(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.wait({running})


async def test_the_service_erases_by_itself_and_then_not_before_the_next_day(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    running = asyncio.create_task(retention(store, LIMIT - DAY).run())
    while not [run for run in await store.retention.runs() if run.well]:
        await asyncio.sleep(0.01)
    await ended(running)
    again = asyncio.create_task(retention(store, LIMIT - timedelta(hours=1)).run())
    await asyncio.sleep(0.1)
    await ended(again)
    (only,) = await store.retention.runs()
    assert (only.contacts, await numbers(store)) == (1, [""])


async def test_pretended_time_erases_nothing_and_blocks_nothing(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    playing = retention(store, MONDAY + YEAR, pretended=True)
    with pytest.raises(Conflict, match="pretended"):
        await playing.run_now(LOCAL_ADMINISTRATOR)
    await playing.demand_running()
    assert await numbers(store) == [number(1)]


def shelf_keeping(profile: str) -> RulePackIndex:
    """Packs as if fr-political, the rules of the tests' numbers, kept as long as `profile`."""
    (rules,) = [pack.retention for pack in PACKS.shipped if pack.name == profile]
    return shelf_with(lambda pack: pack.model_copy(update={"retention": rules}))


async def one_of_two_called(store: ActStore, last_poll: date | None = None) -> None:
    """Call one of two contacts. The campaign is over the day after."""
    election = {"id": "fed-2027", "poll_dates": {"default": last_poll}} if last_poll else None
    await listed_with_consent(store, 1, 2, election=election)
    await claim_all(store, judge_at(MONDAY, PACKS))
    for attempt in await store.attempts.alive():
        ended = replace(attempt, state=AttemptState.LOST, ended_at=MONDAY)
        await store.attempts.commit([Progression(ended, contact=ContactClosed(ClosedReason.LOST))])
    await store.campaigns.move(CAMPAIGN, CampaignVerb.STOP, by="omar", at=MONDAY + DAY)


@pytest.mark.parametrize(
    ("profile", "last_poll", "gone_before"),
    [
        pytest.param("us-tcpa", None, datetime(2032, 2, 2, 9, 30, tzinfo=UTC), id="US-15"),
        pytest.param("ca-adad", None, datetime(2030, 2, 2, 9, 30, tzinfo=UTC), id="CA-11-no-election"),
        pytest.param("ca-adad", date(2027, 10, 18), datetime(2030, 10, 19, tzinfo=UTC), id="CA-11"),
    ],
)
async def test_who_was_called_stays_as_long_as_the_record_of_the_calls_must(
    store: ActStore, profile: str, last_poll: date | None, gone_before: datetime
) -> None:
    await one_of_two_called(store, last_poll)
    packs = shelf_keeping(profile)
    first = await retention(store, LIMIT, packs=packs).run_now(LOCAL_ADMINISTRATOR)
    assert (first.contacts, await numbers(store)) == (1, [number(1), ""])
    status = await retention(store, LIMIT + DAY, packs=packs).status(LOCAL_ADMINISTRATOR)
    assert ([dated.limit for dated in status.lists], status.overdue) == ([gone_before], 0)
    early = retention(store, gone_before - 2 * DAY, packs=packs)
    assert ((await early.run_now(LOCAL_ADMINISTRATOR)).contacts, await numbers(store)) == (0, [number(1), ""])
    late = await retention(store, gone_before - DAY, packs=packs).run_now(LOCAL_ADMINISTRATOR)
    assert (late.contacts, await numbers(store)) == (1, ["", ""])


async def test_the_british_proof_of_a_consent_stays_six_years_from_its_last_use(store: ActStore) -> None:
    """UK-08: number 1 was called on its consent, number 3 never; both agreed on the same day."""
    await one_of_two_called(store)
    given = MONDAY - 40 * DAY
    await store.consents.add([consent(3, given_at=given)], by="camille")
    packs = shelf_keeping("uk-pecr")

    async def consents_left(now: datetime) -> list[int]:
        await retention(store, now, packs=packs).run_now(LOCAL_ADMINISTRATOR)
        return [index for index in (1, 3) if await store.consents.of(fingerprint(index))]

    assert await consents_left(given.replace(year=given.year + 6) - DAY) == [1, 3]
    assert await consents_left(given.replace(year=given.year + 6) + DAY) == [1]
    assert await consents_left(MONDAY.replace(year=MONDAY.year + 6) - DAY) == [1]
    assert await consents_left(MONDAY.replace(year=MONDAY.year + 6) + DAY) == []


async def test_the_proofs_of_another_sponsor_keep_their_own_term(store: ActStore) -> None:
    """FP-32b beside UK-08: a longer term for one sponsor is none for all."""
    await one_of_two_called(store)
    await store.consents.add([consent(3, given_at=MONDAY - DAY, sponsor="autre-liste")], by="camille")
    run = retention(store, MONDAY + 3 * YEAR, packs=shelf_keeping("uk-pecr"))
    await run.run_now(LOCAL_ADMINISTRATOR)
    assert [bool(await store.consents.of(fingerprint(index))) for index in (1, 3)] == [True, False]
