"""Attempts after the permit: sent at most once, ended once, found in every way."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import AttemptId, CampaignId, FreeText
from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.call_events import (
    DialStatus,
    LapseReason,
    RefusalCause,
    TraceStep,
    TraceVerb,
    UnsentCause,
)
from dialer.domain.calls.retry import ClosedReason, ContactClosed, Due
from dialer.domain.calls.trunk_health import SilentCalls
from dialer.domain.consent import ConsentWithdrawn
from dialer.domain.decision.record import ReasonCode
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.ports.records import CallFilter, CallRow, Progression
from tests.contract.altering import alter
from tests.contract.engines import Engine
from tests.harness.acts import ActStore
from tests.samples.calls import claimed, sent
from tests.samples.campaigns import CAMPAIGN, NOW, OTHER_CAMPAIGN
from tests.samples.people import fingerprint, listed, suppression

UNKNOWN = AttemptId("f" * 32)


def ended(attempt: Attempt) -> Attempt:
    """Return the attempt ended, with every field set."""
    return replace(
        attempt,
        state=AttemptState.ENDED,
        originated_at=NOW,
        dialed_at=NOW + timedelta(milliseconds=1),
        ringing_at=NOW + timedelta(milliseconds=2),
        answered_at=NOW + timedelta(milliseconds=3),
        opposed_at=NOW + timedelta(milliseconds=4),
        machine_at=NOW + timedelta(milliseconds=5),
        ended_at=NOW + timedelta(milliseconds=6),
        dial_status=DialStatus.ANSWER,
        hangup_cause=16,
        sip_code=200,
        result=Result.OPTED_OUT,
        lapse_reason=UnsentCause.NO_CHANNEL,
        trace=(
            TraceStep(NOW + timedelta(microseconds=7), TraceVerb.PLAY, "notice"),
            TraceStep(NOW + timedelta(microseconds=8), TraceVerb.KEY, "9"),
        ),
    )


async def one(store: ActStore) -> Attempt:
    await listed(store, 1)
    (attempt,) = await claimed(store)
    return attempt


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        *((word.value, word) for word in (*RefusalCause, *UnsentCause)),
        ("the PBX refused the Originate (Extension does not exist.)", None),
        ("A_CODE_OF_ANOTHER_VERSION", None),
    ],
)
async def test_a_lapse_reason_is_a_code_or_the_text_that_is_stored(
    store: ActStore, url: str, stored: str, reason: LapseReason | None
) -> None:
    attempt = await one(store)
    alter(url, f"UPDATE attempts SET state = 'lapsed', lapse_reason = '{stored}'")
    found = (await store.attempts.get(attempt.id)).attempt
    if reason is None:
        assert found.lapse_reason == FreeText(stored)
    else:
        assert found.lapse_reason is reason


async def test_an_attempt_is_handed_out_for_sending_once(store: ActStore) -> None:
    attempt = await one(store)
    assert await sent(store, [attempt.id, UNKNOWN, attempt.id]) == [attempt.id]
    assert await sent(store, [attempt.id]) == []
    stored = (await store.attempts.get(attempt.id)).attempt
    assert (stored.state, stored.originated_at) == (AttemptState.ORIGINATING, NOW)


async def test_of_eight_senders_each_attempt_goes_to_one(url: str) -> None:
    async with ActStore.open(url) as first, ActStore.open(url) as second:
        await listed(first, *range(50))
        ids = [attempt.id for attempt in await claimed(first)]
        await sent(first, ())  # the lease is begun
        asked = [sent(store, ids) for store in (first, second) for _ in range(4)]
        handed_out = await asyncio.gather(*asked)
    assert Counter(id_ for got in handed_out for id_ in got) == Counter(ids)


async def test_an_end_comes_back_with_every_field(store: ActStore) -> None:
    end = ended(await one(store))
    await store.attempts.commit([Progression(end, contact=ContactClosed(ClosedReason.DELIVERED))])
    assert await store.attempts.get(end.id) == CallRow(end, "person-1")
    assert await store.attempts.get_many([end.id, UNKNOWN]) == {end.id: end}


async def test_a_contact_is_closed_with_the_word_itself(store: ActStore, engine: Engine, url: str) -> None:
    reasons = [*ClosedReason, ReasonCode.NO_CONSENT, FreeText("review: KeyError")]
    await listed(store, *range(len(reasons)))
    ends = zip(map(ended, await claimed(store)), map(ContactClosed, reasons), strict=True)
    await store.attempts.commit([Progression(end, contact=change) for end, change in ends])
    stored = engine.dump(url)["contacts"]
    assert [word for word in map(str, reasons) if word not in stored] == []


async def test_an_end_is_committed_once(store: ActStore) -> None:
    attempt = await one(store)
    later = NOW + timedelta(days=1)
    await store.attempts.commit([Progression(ended(attempt), contact=Due(later))])
    lost = replace(ended(attempt), state=AttemptState.LOST, result=Result.LOST, opposed_at=None)
    await store.attempts.commit([Progression(lost, contact=ContactClosed(ClosedReason.LOST))])
    assert (await store.attempts.get(attempt.id)).attempt == ended(attempt)
    assert (await store.campaigns.progress(CAMPAIGN)).next_due_at == later


async def test_a_number_that_is_gone_loses_its_consents_once_however_often_it_is_told(
    store: ActStore,
) -> None:
    end = ended(await one(store))
    await store.attempts.commit(
        [Progression(end, contact=ContactClosed(ClosedReason.NUMBER_GONE), voids=True)]
    )
    await store.attempts.commit([Progression(end, voids=True)])
    for _ in range(2):
        await store.trunks.reached(end.trunk, "33", before=NOW + timedelta(days=1), at=NOW)
    void = ConsentWithdrawn(end.fingerprint, None, "network", end.ended_at or NOW, NOW)
    assert [event for event in await store.consents.of(end.fingerprint) if event == void] == [void]


async def test_within_one_batch_what_follows_the_end_is_ignored(store: ActStore) -> None:
    attempt = await one(store)
    ringing = replace(attempt, state=AttemptState.RINGING)
    end = ended(attempt)
    await store.attempts.commit([Progression(ringing), Progression(end), Progression(ringing)])
    assert (await store.attempts.get(attempt.id)).attempt == end


async def test_a_nine_heard_of_after_the_end_is_kept_and_changes_nothing_else(store: ActStore) -> None:
    end = replace(ended(await one(store)), opposed_at=None, result=Result.HANGUP_IN_NOTICE)
    await store.attempts.commit([Progression(end, contact=Due(NOW))])
    opposed = replace(end, opposed_at=NOW, result=Result.OPTED_OUT)
    nine = suppression(1, channel=OppositionChannel.DTMF, source=end.id)
    await store.attempts.commit(
        [Progression(replace(opposed, sip_code=999), nine, ContactClosed(ClosedReason.OPTED_OUT))]
    )
    assert (await store.attempts.get(end.id)).attempt == opposed
    assert await store.suppressions.of(fingerprint(1)) == (nine,)
    assert (await store.campaigns.progress(CAMPAIGN)).due == 1


async def test_the_same_nine_reported_again_is_one_opposition_also_after_its_removal(store: ActStore) -> None:
    end = ended(await one(store))
    nine = Progression(end, suppression(1, channel=OppositionChannel.DTMF, source=end.id))
    await store.attempts.commit([nine, nine])
    await store.attempts.commit([nine])
    assert await store.suppressions.of(fingerprint(1)) == (nine.suppression,)
    await store.suppressions.remove(fingerprint(1), None, by="alma", at=NOW, reason="asked in writing")
    await store.attempts.commit([nine])
    assert await store.suppressions.of(fingerprint(1)) == ()


async def test_after_the_end_the_number_may_be_claimed_again(store: ActStore) -> None:
    attempt = await one(store)
    await store.attempts.commit([Progression(ended(attempt), contact=Due(NOW))])
    (again,) = await claimed(store)
    assert again.id != attempt.id
    assert again.contact_id == attempt.contact_id


async def test_the_living_are_found_by_pbx_and_campaign(store: ActStore) -> None:
    await listed(store, 1, 2)
    await listed(store, 3, campaign_id=OTHER_CAMPAIGN)
    first, second = await claimed(store)
    (third,) = await claimed(store, OTHER_CAMPAIGN)
    await store.attempts.commit([Progression(ended(first), contact=ContactClosed(ClosedReason.DELIVERED))])
    assert await store.attempts.alive() == [second, third]
    assert await store.attempts.alive(pbx="pbx1", campaign_id=CAMPAIGN) == [second]
    assert await store.attempts.alive(pbx="pbx2") == []


async def test_lapsed_and_living_attempts_are_not_counted_as_made(store: ActStore) -> None:
    await listed(store, 1, 2, 3, 4)
    lapsed, lost, end, living = await claimed(store)
    await store.attempts.commit(
        [
            Progression(replace(lapsed, state=AttemptState.LAPSED)),
            Progression(replace(lost, state=AttemptState.LOST)),
            Progression(ended(end)),
        ]
    )
    contacts = [attempt.contact_id for attempt in (lapsed, lost, end, living)]
    made = await store.attempts.made(iter(contacts))
    assert [made[contact].tried for contact in contacts] == [0, 1, 1, 0]


async def test_calls_are_paged_in_order_of_decision_and_filtered(store: ActStore) -> None:
    await listed(store, *range(5))
    await listed(store, 7, campaign_id=OTHER_CAMPAIGN)
    attempts = await claimed(store)
    await claimed(store, OTHER_CAMPAIGN)
    found: list[CallRow] = []
    cursor: AttemptId | None = None
    while page := await store.attempts.calls(CallFilter(campaign_id=CAMPAIGN, after=cursor, limit=2)):
        found += page
        cursor = page[-1].attempt.id
    assert [row.attempt for row in found] == attempts
    (only,) = await store.attempts.calls(CallFilter(fingerprint=fingerprint(7)))
    assert (only.external_id, only.attempt.campaign_id) == ("person-7", OTHER_CAMPAIGN)
    assert await store.attempts.calls(CallFilter(campaign_id=CampaignId("c000000000009"))) == []


async def test_an_unknown_attempt_is_not_found(store: ActStore) -> None:
    with pytest.raises(NotFound):
        await store.attempts.get(UNKNOWN)


async def test_silent_calls_are_counted_from_what_was_stored(store: ActStore) -> None:
    """T104: 0.5 s, 1.5 s and 2.5 s to the first sound; none at all for 3 s; and three others.

    Those are one hung up at once, one not answered, and one of long ago.
    """
    await listed(store, *range(1, 8))
    made = await claimed(store)
    said: dict[int, tuple[TraceStep, ...]] = {
        milliseconds: (TraceStep(NOW + timedelta(milliseconds=milliseconds), TraceVerb.PLAY, "notice"),)
        for milliseconds in (500, 1500, 2500)
    }
    over = [
        *(answered(attempt, 9000, trace) for attempt, trace in zip(made[:3], said.values(), strict=True)),
        answered(made[3], 3000, ()),
        answered(made[4], 20, (TraceStep(NOW, TraceVerb.END, "forwarded"),)),
        replace(made[5], state=AttemptState.ENDED, ended_at=NOW + timedelta(seconds=30)),
    ]
    await store.attempts.commit([Progression(attempt, None, None) for attempt in over])
    assert await store.attempts.silent(CAMPAIGN, since=made[0].decided_at) == SilentCalls(5, 3, 2)
    later = max(attempt.decided_at for attempt in made) + timedelta(hours=1)
    assert await store.attempts.silent(CAMPAIGN, since=later) == SilentCalls(0, 0, 0)
    assert await store.attempts.silent(OTHER_CAMPAIGN, since=made[0].decided_at) == SilentCalls(0, 0, 0)


def answered(attempt: Attempt, ended_ms: int, trace: tuple[TraceStep, ...]) -> Attempt:
    return replace(
        attempt,
        state=AttemptState.ENDED,
        answered_at=NOW,
        ended_at=NOW + timedelta(milliseconds=ended_ms),
        trace=trace,
    )
