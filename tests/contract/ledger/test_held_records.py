"""Every recorded row is held against the ledger: any change behind its back is named."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Table

from dialer.adapters.clock import pretending
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql.records import TABLES
from dialer.adapters.sql.schema.calls import decision_inputs, decisions
from dialer.adapters.sql.schema.people import consents, suppressions
from dialer.domain.access import LOCAL_ADMINISTRATOR, Role, Token
from dialer.domain.base.types import ImportId
from dialer.domain.calls.attempt import AttemptState, Result
from dialer.domain.calls.call_events import TraceStep, TraceVerb
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.campaigns.campaign import CampaignState, CampaignVerb, PauseCause
from dialer.domain.consent import NETWORK, ConsentWithdrawn
from dialer.domain.ledger.reconciliation import Discrepancy
from dialer.domain.ledger.row_digests import RecordKind, vouched
from dialer.ports.records import ImportCounts, Progression
from dialer.services.acts.campaigns import move_campaign
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.ledger.verification import RecordCheck
from dialer.services.upkeep.erasure import Retention
from tests.contract.judged import DAY, SOUNDS, VAULT, claim_all, judge_at, listed_with_consent
from tests.contract.probes.test_probes import probe
from tests.contract.rotation import rotated
from tests.contract.sealing import STAMP, seal_all
from tests.contract.tampering import Tamperer
from tests.harness.acts import ActStore
from tests.harness.halts import a_halt
from tests.samples.campaigns import CAMPAIGN, MONDAY, campaign
from tests.samples.people import fingerprint, suppression

PACKS = load_packs()
NOT_RECORDED = {"tokens": {"last_used_at"}, "suppressions": {"revision"}}
"""Columns that use alone changes, or that say only which PBX was given the row.

The ledger holds neither these nor numbers that the database gives to its rows.
"""


async def wrong(store: ActStore) -> list[Discrepancy]:
    check = RecordCheck(store, VAULT, ConsentProofs(store, VAULT), STAMP.subject_key)
    return list((await check.run()).discrepancies)


async def live(store: ActStore) -> None:
    """Store a little of everything that is ever recorded."""
    await listed_with_consent(store, *range(1, 9))
    import_id = ImportId("i" + CAMPAIGN[1:])
    await store.imports.end(import_id, ImportCounts(8, 8, 0, 0), '{"rows": 8}')
    await store.suppressions.add([suppression(7, sponsor=None), suppression(8, note=None)])
    await store.suppressions.remove(fingerprint(7), None, by="ada", at=MONDAY, reason="asked on 0199000007")
    await store.consents.add([ConsentWithdrawn(fingerprint(8), None, "letter", MONDAY, MONDAY)], by="camille")
    await claim_all(store, judge_at(MONDAY, PACKS))
    first, *_ = await store.attempts.alive()
    trace = (TraceStep(MONDAY, TraceVerb.PLAY, "notice"),)
    over = replace(first, state=AttemptState.ENDED, ended_at=MONDAY, trace=trace)
    await store.attempts.commit([Progression(over, contact=ContactClosed(ClosedReason.NO_KEY))])
    late = replace(over, opposed_at=MONDAY, result=Result.OPTED_OUT)
    await store.attempts.commit([Progression(late, suppression(1, source=first.id))])
    second, *_ = await store.attempts.alive()
    gone = replace(second, state=AttemptState.ENDED, ended_at=MONDAY + DAY, sip_code=404, hangup_cause=1)
    await store.attempts.commit([Progression(gone, contact=ContactClosed(ClosedReason.NUMBER_GONE))])
    void = ConsentWithdrawn(second.fingerprint, None, NETWORK, MONDAY + DAY, MONDAY + DAY)
    await store.consents.add([void], by="call")
    await store.voidings.restore(
        second.trunk, since=MONDAY, until=MONDAY + DAY, by="ada", at=MONDAY + DAY, reason="404 for all"
    )
    for name in ("ines", "omar"):
        await store.tokens.add(Token(name, Role.AUDITOR, name.ljust(64, "0"), MONDAY), by="ada")
    await store.tokens.revoke("ines", by="ada", at=MONDAY)
    await store.halts.begin_halt(a_halt("rain", at=MONDAY))
    await store.probes.add(probe(1))


@pytest.fixture
async def lived(store: ActStore) -> ActStore:
    """Store a life in which all calls are over.

    The ledger holds a live call as it was permitted, and the rest of its row only once it is over.
    """
    await live(store)
    for attempt in await store.attempts.alive():
        lost = replace(attempt, state=AttemptState.LOST, ended_at=MONDAY)
        await store.attempts.commit([Progression(lost, contact=ContactClosed(ClosedReason.LOST))])
    await Retention(
        store, PACKS, ConsentProofs(store, VAULT), SOUNDS, pretending(MONDAY), pretended=False
    ).run_now(LOCAL_ADMINISTRATOR)
    await seal_all(store)
    return store


@pytest.fixture
def tamperer(url: str) -> Iterator[Tamperer]:
    made = Tamperer(url)
    yield made
    made.close()


async def test_what_was_recorded_is_as_it_is_told_sealed_or_not(store: ActStore) -> None:
    await live(store)
    assert await wrong(store) == []
    await seal_all(store)
    assert await wrong(store) == []


async def test_any_one_value_of_any_one_row_that_is_changed_is_found_and_named(
    lived: ActStore, tamperer: Tamperer
) -> None:
    chance = random.Random()
    for spec in TABLES:
        table, numbered = spec.table, spec.key.name == "id" and not spec.order
        place = chance.randrange(tamperer.rows(table))
        key = tamperer.key(table, place)
        for column in table.columns:
            if column.name in NOT_RECORDED.get(table.name, ()) or (numbered and column is spec.key):
                continue
            with tamperer.changed(table, column, key):
                found = [one.detail for one in await wrong(lived)]
            named = key if column is not spec.key else ""
            assert any(f"{table.name} {named}" in detail for detail in found), (column, place, found)
    assert await wrong(lived) == []


RESTORED = "restored from a backup of 2027-01-31 09:30 UTC: what happened since may not all be known"


async def paused(store: ActStore, reason: str, cause: PauseCause) -> None:
    await listed_with_consent(store, 1)
    async with store.write() as work:
        await move_campaign(
            work, CAMPAIGN, CampaignVerb.PAUSE, by="ada", at=MONDAY, reason=reason, cause=cause
        )
    await seal_all(store)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        (RESTORED, PauseCause.RESTORED),
        (RESTORED, PauseCause.OPERATOR),
        ("lunch", PauseCause.OPERATOR),
        ("lunch", PauseCause.RESTORED),
    ],
)
async def test_another_cause_of_a_pause_is_found(
    store: ActStore, tamperer: Tamperer, reason: str, cause: PauseCause
) -> None:
    await paused(store, reason, cause)
    assert await wrong(store) == []
    for other in ("NULL", *(f"'{each}'" for each in PauseCause if each is not cause)):
        tamperer.run(f"UPDATE campaigns SET pause_cause = {other}")
        (found,) = await wrong(store)
        assert found.detail.endswith("the campaign was changed")


def test_entries_of_before_there_were_causes_vouch_for_their_campaigns() -> None:
    """The digests are those of the program at schema 0034."""
    then = campaign(prompts={"identity": "Bonjour.", "message": {"file": "message.wav"}})
    told = replace(then, state=CampaignState.PAUSED, reason=RESTORED, pause_cause=PauseCause.RESTORED)
    assert vouched(told) == {
        RecordKind.CAMPAIGN: "00f19471cf0bea22e24c46b3790311fbec2be1f45fa967c832e189ea052d35c8"
    }
    told = replace(then, state=CampaignState.PAUSED, reason="lunch")
    assert vouched(told) == {
        RecordKind.CAMPAIGN: "47f8036d256e42c360e51783ecdd7e6a8ea27e073a4931470038a6bbdd63cf84"
    }


async def test_what_a_decision_was_made_from_is_vouched_for_by_its_hash(
    lived: ActStore, tamperer: Tamperer
) -> None:
    for place in range(tamperer.rows(decision_inputs)):
        key = tamperer.key(decision_inputs, place)
        for column in decision_inputs.columns:
            with tamperer.changed(decision_inputs, column, key):
                assert await wrong(lived), (column, place)
    tamperer.run("UPDATE decisions SET sealed = NULL, context_hash = NULL")
    assert len(await wrong(lived)) == tamperer.rows(decisions)


@pytest.mark.parametrize("table", [spec.table for spec in TABLES], ids=lambda table: table.name)
async def test_a_row_that_is_taken_away_is_missed(lived: ActStore, tamperer: Tamperer, table: Table) -> None:
    key = tamperer.key(table, random.randrange(tamperer.rows(table)))
    if table.name == "consents":
        key = tamperer.key(table, tamperer.rows(table) - 1)
    tamperer.run(f"DELETE FROM {table.name} WHERE {table.primary_key.columns[0].name} = '{key}'")
    found = await wrong(lived)
    assert found
    assert found[0].position is not None, "an entry is contradicted, and named"


@pytest.mark.parametrize("table", [consents, suppressions], ids=lambda table: table.name)
async def test_a_row_that_nobody_recorded_is_found(lived: ActStore, tamperer: Tamperer, table: Table) -> None:
    columns = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "id")
    tamperer.run(
        f"INSERT INTO {table.name} (id, {columns}) SELECT 900, {columns} FROM {table.name} ORDER BY id LIMIT 1"
    )
    (found,) = await wrong(lived)
    assert found.position is None
    assert found.detail.startswith(f"{table.name} ")


async def test_what_an_erasure_took_is_not_missed_and_what_it_left_is_still_vouched_for(
    lived: ActStore, tamperer: Tamperer
) -> None:
    for index in (1, 7, 8):
        await lived.subjects.erase(fingerprint(index), by="ada", at=MONDAY)
    assert await wrong(lived) == []
    tamperer.run(f"UPDATE suppressions SET sponsor = 'nobody' WHERE fingerprint = '{fingerprint(8)}'")
    (found,) = await wrong(lived)
    assert found.detail.endswith("the opposition was changed")


async def test_what_retention_took_is_not_missed_and_one_more_is(lived: ActStore, tamperer: Tamperer) -> None:
    four_years = pretending(MONDAY + 4 * 366 * DAY)
    run = await Retention(
        lived, PACKS, ConsentProofs(lived, VAULT), SOUNDS, four_years, pretended=False
    ).run_now(LOCAL_ADMINISTRATOR)
    assert (run.contacts, run.consents > 0, run.keys > 0) == (8, True, True)
    assert await wrong(lived) == []
    tamperer.run("DELETE FROM consents WHERE withdrawn")
    assert len(await wrong(lived)) == 1


async def test_new_keys_change_nothing_of_what_is_vouched_for(lived: ActStore) -> None:
    await rotated(lived)
    await lived.suppressions.add([suppression(5, recorded_at=MONDAY + timedelta(days=1))])
    assert await wrong(lived) == []
