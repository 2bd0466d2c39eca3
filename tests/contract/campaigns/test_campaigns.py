"""Campaigns: stored whole, moved only as the table allows."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from dialer.adapters.sql.db.columns import NaiveTime
from dialer.domain.base.errors import Conflict, IllegalTransition, NotFound
from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import AttemptState, Result
from dialer.domain.calls.retry import ClosedReason, ContactClosed, Due
from dialer.domain.campaigns.campaign import Campaign, CampaignState, CampaignVerb, PauseCause
from dialer.domain.decision.record import ReasonCode
from dialer.ports.records import Progression
from tests.harness.acts import ActStore
from tests.samples.calls import claimed, refuse
from tests.samples.campaigns import CAMPAIGN, NOW, OTHER_CAMPAIGN, campaign, definition
from tests.samples.people import listed

NOT_PAUSED: Any = {"state": CampaignState.RUNNING, "reason": "", "pause_cause": None}
ELECTION = {"id": "mun-2027", "poll_dates": {"default": "2027-04-18", "GP": "2027-04-17"}}


async def test_a_campaign_comes_back_as_it_went_in(store: ActStore) -> None:
    whole = replace(
        campaign(
            election=ELECTION,
            caller_ids={"RE": "+262947900001"},
            prompts={"identity": "Bonjour.", "message": {"file": "message.wav"}},
        ),
        approved_by="omar",
        approved_at=NOW,
        self_approved=True,
        started_at=NOW,
        ended_at=NOW,
        reason="because",
        script="d" * 64,
        state=CampaignState.STOPPED,
    )
    await store.campaigns.add(whole)
    assert await store.campaigns.get(CAMPAIGN) == whole


async def test_the_same_id_twice_is_a_conflict(store: ActStore) -> None:
    await store.campaigns.add(campaign())
    with pytest.raises(Conflict) as refused:
        await store.campaigns.add(campaign())
    assert refused.value.__cause__ is not None
    assert "\n" not in str(refused.value)


async def test_an_unknown_campaign_is_not_found(store: ActStore) -> None:
    for question in (
        store.campaigns.get(CAMPAIGN),
        store.campaigns.standing(CAMPAIGN),
        store.campaigns.set_script(CAMPAIGN, "d" * 64),
        store.campaigns.move(CAMPAIGN, CampaignVerb.STOP, by="omar", at=NOW),
    ):
        with pytest.raises(NotFound):
            await question


async def test_a_time_without_offset_is_refused(store: ActStore) -> None:
    with pytest.raises(NaiveTime):
        await store.campaigns.add(replace(campaign(), created_at=datetime(2027, 2, 1)))  # noqa: DTZ001


async def test_times_come_out_in_utc_to_the_microsecond(store: ActStore) -> None:
    at = datetime(2027, 2, 1, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=11)))
    await store.campaigns.add(replace(campaign(), created_at=at))
    stored = (await store.campaigns.get(CAMPAIGN)).created_at
    assert stored == at
    assert stored.tzinfo is UTC


async def test_pages_follow_the_order_of_creation(store: ActStore) -> None:
    expected = []
    for index in range(5):
        one = replace(
            campaign(CampaignId(f"c{9 - index:012}")), created_at=NOW + timedelta(seconds=index // 2)
        )
        await store.campaigns.add(one)
        expected.append(one)
    expected.sort(key=lambda one: (one.created_at, one.id))
    found: list[Campaign] = []
    while page := await store.campaigns.page(after=found[-1].id if found else None, limit=2):
        found += page
    assert found == expected


async def test_a_campaign_lives_from_approval_to_the_end(store: ActStore) -> None:
    await store.campaigns.add(campaign())
    approved = await store.campaigns.move(
        CAMPAIGN, CampaignVerb.APPROVE, by="omar", at=NOW, self_approved=True
    )
    assert (approved.approved_by, approved.approved_at, approved.self_approved) == ("omar", NOW, True)
    later = NOW + timedelta(hours=1)
    started = await store.campaigns.move(CAMPAIGN, CampaignVerb.START, by="omar", at=later)
    assert (started.state, started.started_at, started.approved_at) == (CampaignState.RUNNING, later, NOW)
    assert await store.campaigns.in_state(CampaignState.RUNNING) == [started]
    paused = await store.campaigns.move(CAMPAIGN, CampaignVerb.PAUSE, by="omar", at=later, reason="lunch")
    assert (paused.state, paused.reason) == (CampaignState.PAUSED, "lunch")
    assert await store.campaigns.in_state(CampaignState.PAUSED) == [paused]
    assert paused.pause_cause is PauseCause.OPERATOR
    assert await store.campaigns.in_state(CampaignState.RUNNING) == []
    resumed = await store.campaigns.move(CAMPAIGN, CampaignVerb.RESUME, by="omar", at=later)
    assert await store.campaigns.get(CAMPAIGN) == resumed == replace(paused, **NOT_PAUSED)
    done = await store.campaigns.move(CAMPAIGN, CampaignVerb.COMPLETE, by="dialling loop", at=later)
    assert (done.state, done.ended_at, done.reason) == (CampaignState.COMPLETED, later, "")


async def test_an_illegal_move_names_the_legal_ones_and_changes_nothing(store: ActStore) -> None:
    await store.campaigns.add(campaign())
    with pytest.raises(IllegalTransition) as refused:
        await store.campaigns.move(CAMPAIGN, CampaignVerb.START, by="omar", at=NOW)
    assert refused.value.allowed == ("approve", "stop")
    assert await store.campaigns.get(CAMPAIGN) == campaign()


async def test_of_two_who_approve_at_once_one_is_refused(store: ActStore) -> None:
    await store.campaigns.add(campaign())
    moves = (
        store.campaigns.move(CAMPAIGN, CampaignVerb.APPROVE, by=name, at=NOW) for name in ("omar", "olga")
    )
    outcomes = await asyncio.gather(*moves, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Campaign", "IllegalTransition"]


async def test_elections_of_the_sponsors_other_live_campaigns_bind(store: ActStore) -> None:
    await store.campaigns.add(campaign())
    silent = replace(campaign(OTHER_CAMPAIGN, election=ELECTION), state=CampaignState.PAUSED)
    await store.campaigns.add(silent)
    drafted = campaign(CampaignId("c000000000003"), election=ELECTION | {"id": "draft"})
    await store.campaigns.add(drafted)
    other_sponsor = definition().sponsor.model_dump() | {"id": "another"}
    foreign = campaign(CampaignId("c000000000004"), election=ELECTION, sponsor=other_sponsor)
    await store.campaigns.add(replace(foreign, state=CampaignState.RUNNING))
    standing = await store.campaigns.standing(CAMPAIGN)
    assert (standing.campaign, standing.halted) == (campaign(), False)
    assert standing.silences == (silent.definition.election,)
    assert (await store.campaigns.standing(OTHER_CAMPAIGN)).silences == ()


async def test_progress_counts_contacts_results_and_each_code_of_a_refusal(store: ActStore) -> None:
    await listed(store, 1, 2, 3, 4)
    at_eight = Due(NOW + timedelta(hours=8))
    waits = refuse(ReasonCode.OUT_OF_LEGAL_HOURS, ReasonCode.HOLIDAY, outcome=at_eight)
    await store.attempts.claim(CAMPAIGN, now=NOW, limit=1, permits=1, judge=waits)
    closes = refuse(ReasonCode.SUPPRESSED, ReasonCode.HOLIDAY)
    await store.attempts.claim(CAMPAIGN, now=NOW, limit=1, permits=1, judge=closes)
    first, second = await claimed(store)
    ended = replace(first, state=AttemptState.ENDED, result=Result.NO_KEY, ended_at=NOW)
    lapsed = replace(second, state=AttemptState.LAPSED, ended_at=NOW)
    await store.attempts.commit(
        [
            Progression(ended, contact=ContactClosed(ClosedReason.DELIVERED)),
            Progression(lapsed, contact=at_eight),
        ]
    )
    progress = await store.campaigns.progress(CAMPAIGN)
    assert (progress.contacts, progress.due, progress.calling, progress.closed) == (4, 2, 0, 2)
    assert (progress.attempts, progress.results) == (1, {"NO_KEY": 1})
    assert progress.refused == {"OUT_OF_LEGAL_HOURS": 1, "HOLIDAY": 2, "SUPPRESSED": 1}
    assert progress.next_due_at == NOW + timedelta(hours=8)


async def test_a_campaign_is_finished_when_nobody_is_due_or_being_called(store: ActStore) -> None:
    await listed(store, 1)
    assert await store.campaigns.unfinished(CAMPAIGN)
    (attempt,) = await claimed(store)
    assert await store.campaigns.unfinished(CAMPAIGN)
    ended = replace(attempt, state=AttemptState.ENDED, ended_at=NOW)
    await store.attempts.commit([Progression(ended, contact=ContactClosed(ClosedReason.DELIVERED))])
    assert not await store.campaigns.unfinished(CAMPAIGN)


async def test_a_script_is_kept(store: ActStore) -> None:
    await store.campaigns.add(campaign())
    await store.campaigns.set_script(CAMPAIGN, "d" * 64)
    assert (await store.campaigns.get(CAMPAIGN)).script == "d" * 64
