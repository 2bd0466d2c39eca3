"""Recorded decisions, made again from the database alone, with the pack of their day."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.adapters.home.rulepacks import load_packs
from dialer.domain.access import Actor, Role
from dialer.domain.base.errors import Forbidden
from dialer.domain.calls.attempt import Attempt
from dialer.ports.records import DecisionFilter
from dialer.services.decision.decisions import ReplayOutcome, Replays
from tests.contract.altering import alter
from tests.contract.engines import Engine
from tests.contract.judged import (
    VAULT,
    another_version,
    claim_all,
    judge_at,
    listed_with_consent,
    replayed,
    shelf_with,
)
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY, OTHER_CAMPAIGN
from tests.samples.people import number, suppression

PACKS = load_packs()


async def test_permits_and_refusals_come_out_as_on_their_day(store: ActStore) -> None:
    await listed_with_consent(store, *range(12))
    await store.suppressions.add([suppression(3)])
    judgements = await claim_all(store, judge_at(MONDAY, PACKS))
    permitted = [judgement.decision.permitted for judgement in judgements]
    assert (permitted.count(True), permitted.count(False)) == (5, 7)
    report = await replayed(store)
    assert dict(report.outcomes) == {ReplayOutcome.SAME: 12}
    assert list(report.packs) == [PACKS.for_day("fr-political", MONDAY.date()).title]  # type: ignore[union-attr]


async def test_decisions_outlive_the_pack_that_made_them(store: ActStore) -> None:
    await listed_with_consent(store, 1, 3, 5)
    await claim_all(store, judge_at(MONDAY, PACKS))
    report = await replayed(store, shelf_with(another_version))
    assert dict(report.outcomes) == {ReplayOutcome.SAME: 3}


async def test_each_decision_is_replayed_with_the_pack_of_its_own_day(store: ActStore) -> None:
    later = shelf_with(another_version)
    await listed_with_consent(store, 1, 3, 5, 7)
    first = await claim_all(store, judge_at(MONDAY, PACKS), limit=2)
    second = await claim_all(store, judge_at(MONDAY + timedelta(minutes=1), later))
    assert [judgement.decision.permitted for judgement in (*first, *second)] == [True, True, False, False]
    for packs in (PACKS, later):
        report = await replayed(store, packs)
        assert dict(report.outcomes) == {ReplayOutcome.SAME: 4}
        assert len(report.packs) == 2


async def test_a_decision_under_a_pack_that_is_nowhere_is_named(store: ActStore, url: str) -> None:
    await listed_with_consent(store, 1)
    await claim_all(store, judge_at(MONDAY, PACKS))
    alter(url, "DELETE FROM decision_inputs WHERE kind = 'pack'")
    assert dict((await replayed(store)).outcomes) == {ReplayOutcome.SAME: 1}
    report = await replayed(store, shelf_with(another_version))
    assert dict(report.outcomes) == {ReplayOutcome.DIFFERENT: 1}
    assert "is not in the archive" in report.differences[0].why


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("UPDATE decisions SET hash = 'f'", "the hash is not that of these inputs"),
        ("UPDATE decisions SET at = at + 1000000", "at"),
        ("UPDATE decisions SET at = at + 43200000000", "permitted"),
        (
            "UPDATE decision_inputs SET content = replace(content, 'loopback\":true', 'loopback\":false')",
            "hash",
        ),
        ("UPDATE decision_inputs SET content = '{}' WHERE kind = 'context'", "hash"),
        ("UPDATE subject_keys SET key = sealed FROM decisions", "cannot be opened"),
        ("UPDATE decisions SET sealed = key FROM subject_keys", "cannot be opened"),
    ],
)
async def test_what_was_changed_afterwards_does_not_come_out_the_same(
    store: ActStore, url: str, change: str, why: str
) -> None:
    await listed_with_consent(store, 1)
    await claim_all(store, judge_at(MONDAY, PACKS))
    alter(url, change)
    report = await replayed(store)
    assert dict(report.outcomes) == {ReplayOutcome.DIFFERENT: 1}
    assert why in report.differences[0].why or why in report.differences[0].fields


async def test_a_destroyed_key_makes_unreadable_what_was_sealed_and_nothing_else(
    store: ActStore, url: str
) -> None:
    await listed_with_consent(store, 1, 3, 5)
    await claim_all(store, judge_at(MONDAY, PACKS))
    alter(url, "DELETE FROM subject_keys WHERE fingerprint = (SELECT min(fingerprint) FROM subject_keys)")
    report = await replayed(store)
    assert dict(report.outcomes) == {ReplayOutcome.ERASED: 1, ReplayOutcome.SAME: 2}


async def test_a_number_keeps_its_key_from_decision_to_decision(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await listed_with_consent(store, 1, campaign_id=OTHER_CAMPAIGN, every=1)
    await claim_all(store, judge_at(MONDAY + timedelta(hours=12), PACKS))
    await claim_all(store, judge_at(MONDAY + timedelta(days=1), PACKS), campaign_id=OTHER_CAMPAIGN)
    first, second = await store.decisions.page(DecisionFilter())
    assert first.key == second.key
    assert dict((await replayed(store)).outcomes) == {ReplayOutcome.SAME: 2}


async def test_nothing_about_a_person_is_stored_in_clear_with_a_decision(
    store: ActStore, engine: Engine, url: str
) -> None:
    await listed_with_consent(store, 1, 2)
    await store.suppressions.add([suppression(1)])
    await claim_all(store, judge_at(MONDAY, PACKS))
    stored = engine.dump(url)
    for table in ("decisions", "decision_inputs", "subject_keys"):
        for told in (number(1)[1:], "proof-1", "par courrier", "opposed on", "web form"):
            assert told not in stored[table], table


async def test_what_callees_share_is_stored_once(store: ActStore, engine: Engine, url: str) -> None:
    await listed_with_consent(store, *range(30))
    judge = judge_at(MONDAY, PACKS)
    await claim_all(store, judge, limit=10)
    await claim_all(store, judge)
    decisions = await store.decisions.page(DecisionFilter())
    kept = {decision.context_hash for decision in decisions} | {decision.pack_hash for decision in decisions}
    assert (len(decisions), len(kept)) == (30, 2)
    assert engine.dump(url)["decision_inputs"].count("Municipales 2027") == 1


async def test_a_replay_may_be_of_one_campaign_or_of_one_attempt(store: ActStore) -> None:
    await listed_with_consent(store, 1, 2, 3)
    await listed_with_consent(store, 5, 6, campaign_id=OTHER_CAMPAIGN)
    judgements = await claim_all(store, judge_at(MONDAY, PACKS))
    await claim_all(store, judge_at(MONDAY, PACKS), campaign_id=OTHER_CAMPAIGN)
    attempt = next(judgement.outcome for judgement in judgements if isinstance(judgement.outcome, Attempt))
    for query, expected in (
        (DecisionFilter(limit=2), 5),
        (DecisionFilter(campaign_id=CAMPAIGN), 3),
        (DecisionFilter(attempt_id=attempt.id), 1),
    ):
        assert dict((await replayed(store, query=query)).outcomes) == {ReplayOutcome.SAME: expected}


async def test_two_campaigns_at_once_store_what_they_share_without_a_clash(store: ActStore) -> None:
    await listed_with_consent(store, *range(20))
    await listed_with_consent(store, *range(20, 40), campaign_id=OTHER_CAMPAIGN)
    judge = judge_at(MONDAY, PACKS)
    await asyncio.gather(claim_all(store, judge), claim_all(store, judge, campaign_id=OTHER_CAMPAIGN))
    assert dict((await replayed(store)).outcomes) == {ReplayOutcome.SAME: 40}


async def test_only_who_may_read_evidence_may_replay(store: ActStore) -> None:
    with pytest.raises(Forbidden):
        await Replays(store, VAULT, PACKS).run(Actor("olga", Role.OPERATOR), DecisionFilter())


async def test_a_shared_input_that_was_never_stored_is_left_out(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    await claim_all(store, judge_at(MONDAY, PACKS))
    (decision,) = await store.decisions.page(DecisionFilter())
    found = await store.decisions.inputs([decision.context_hash or "", "0" * 64])
    assert [replace(item, content="").hash for item in found.values()] == [decision.context_hash]
