"""Claims: each due contact is judged once, and a number is called by one process at a time."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dialer.domain.base.errors import NotNow
from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.retry import Due
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.domain.consent import SourceClass
from dialer.domain.decision.record import ReasonCode
from dialer.ports.records import CampaignSnapshot, ClaimDecision, ContactFacts, Progression
from tests.harness.acts import ActStore
from tests.harness.halts import a_halt
from tests.samples.calls import claimed, permit, refuse
from tests.samples.campaigns import CAMPAIGN, NOW, OTHER_CAMPAIGN
from tests.samples.people import consent, fingerprint, listed, number, suppression


async def test_a_permit_becomes_an_attempt_with_the_contacts_number(store: ActStore) -> None:
    await listed(store, 1)
    (attempt,) = await claimed(store)
    assert (attempt.number, attempt.fingerprint) == (number(1), fingerprint(1))
    assert (await store.attempts.get(attempt.id)).attempt == attempt
    progress = await store.campaigns.progress(CAMPAIGN)
    assert (progress.due, progress.calling, progress.attempts) == (0, 1, 1)


async def test_a_contact_is_claimed_once(store: ActStore) -> None:
    await listed(store, 1, 2)
    assert len(await claimed(store)) == 2
    assert await claimed(store) == []


async def test_contacts_not_due_yet_are_left_alone(store: ActStore) -> None:
    await listed(store, 1)
    later = refuse(ReasonCode.OUT_OF_LEGAL_HOURS, outcome=Due(NOW + timedelta(hours=1)))
    await store.attempts.claim(CAMPAIGN, now=NOW, limit=10, permits=10, judge=later)
    assert await claimed(store) == []
    at = NOW + timedelta(hours=1)
    assert len(await store.attempts.claim(CAMPAIGN, now=at, limit=10, permits=10, judge=permit)) == 1


async def test_judging_stops_when_the_permits_are_given(store: ActStore) -> None:
    await listed(store, *range(30))
    judgements = await store.attempts.claim(CAMPAIGN, now=NOW, limit=30, permits=3, judge=permit)
    assert len(judgements) == 3
    progress = await store.campaigns.progress(CAMPAIGN)
    assert (progress.due, progress.calling) == (27, 3)


async def test_refusals_do_not_use_up_permits_but_the_limit(store: ActStore) -> None:
    await listed(store, *range(60))
    refused = refuse(ReasonCode.NO_CONSENT)
    judgements = await store.attempts.claim(CAMPAIGN, now=NOW, limit=50, permits=1, judge=refused)
    assert len(judgements) == 50
    assert (await store.campaigns.progress(CAMPAIGN)).refused == {"NO_CONSENT": 50}


async def test_contacts_are_judged_in_the_order_of_the_list(store: ActStore) -> None:
    await listed(store, *range(100))
    attempts = await claimed(store)
    assert [attempt.fingerprint for attempt in attempts] == [fingerprint(index) for index in range(100)]


async def test_a_number_with_a_live_attempt_waits_five_minutes_in_every_other_campaign(
    store: ActStore,
) -> None:
    await listed(store, 1)
    await listed(store, 1, 2, campaign_id=OTHER_CAMPAIGN)
    await claimed(store)
    assert [attempt.fingerprint for attempt in await claimed(store, OTHER_CAMPAIGN)] == [fingerprint(2)]
    progress = await store.campaigns.progress(OTHER_CAMPAIGN)
    assert (progress.due, progress.next_due_at) == (1, NOW + timedelta(minutes=5))


async def test_the_judge_sees_all_that_is_stored_about_the_number(store: ActStore) -> None:
    await listed(store, 1, 2)
    await store.consents.add([consent(1), consent(1, sponsor="another")], by="camille")
    await store.suppressions.add([suppression(1), suppression(2, sponsor=None)])
    seen: dict[str, ContactFacts] = {}

    def judge(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
        seen[dossier.contact.fingerprint] = dossier
        return refuse(ReasonCode.SUPPRESSED)(standing, dossier)

    await store.attempts.claim(CAMPAIGN, now=NOW, limit=10, permits=10, judge=judge)
    first, second = seen[fingerprint(1)], seen[fingerprint(2)]
    assert first.consents == (consent(1), consent(1, sponsor="another"))
    assert (first.suppressions, second.suppressions) == ((suppression(1),), (suppression(2, sponsor=None),))
    assert first.source_class is SourceClass.OPT_IN_FORM
    assert (first.contact.number, first.contact.details.external_id) == (number(1), "person-1")
    assert (second.consents, second.attempts) == ((), ())


async def test_the_judge_sees_earlier_attempts_of_the_sponsor_in_all_campaigns(store: ActStore) -> None:
    await listed(store, 1)
    await listed(store, 1, campaign_id=OTHER_CAMPAIGN)
    (attempt,) = await claimed(store)
    dialed_at = NOW + timedelta(seconds=2)
    ended = replace(
        attempt, state=AttemptState.ENDED, dialed_at=dialed_at, ended_at=NOW, result=Result.MESSAGE_PLAYED
    )
    await store.attempts.commit([Progression(ended)])
    dossier = await store.contacts.dossier(OTHER_CAMPAIGN, fingerprint(1))
    assert dossier is not None
    (past,) = dossier.attempts
    assert (past.campaign_id, past.at) == (CAMPAIGN, dialed_at)
    assert (past.counts, past.delivered, past.alive) == (True, True, False)


@pytest.mark.parametrize(
    ("why", "now"), [("paused", NOW), ("halted", NOW), ("starts at", NOW - timedelta(hours=4))]
)
async def test_nobody_is_judged_while_nobody_can_be_called(store: ActStore, why: str, now: datetime) -> None:
    await listed(store, 1, 2)
    if why == "paused":
        await store.campaigns.move(CAMPAIGN, CampaignVerb.PAUSE, by="omar", at=NOW, reason="lunch")
    elif why == "halted":
        await store.halts.begin_halt(a_halt())
    before = await store.campaigns.progress(CAMPAIGN)

    def judge(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
        raise AssertionError("somebody was judged")

    with pytest.raises(NotNow, match=why):
        await store.attempts.claim(CAMPAIGN, now=now, limit=10, permits=10, judge=judge)
    assert await store.campaigns.progress(CAMPAIGN) == before
    assert before.due == 2


async def test_a_judge_that_fails_leaves_everything_as_it_was(store: ActStore) -> None:
    await listed(store, 1, 2)

    def judge(standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
        if dossier.contact.fingerprint == fingerprint(2):
            raise LookupError("no pack")
        return permit(standing, dossier)

    try:
        await store.attempts.claim(CAMPAIGN, now=NOW, limit=10, permits=10, judge=judge)
    except LookupError:
        pass
    else:
        raise AssertionError("the failure was swallowed")
    assert await store.attempts.alive() == []
    assert len(await claimed(store)) == 2


async def test_eight_workers_claim_two_hundred_contacts_once_each(url: str) -> None:
    async with ActStore.open(url) as store:
        await listed(store, *range(200))
        taken: list[Attempt] = []

        async def work() -> None:
            async with ActStore.open(url) as own:
                while judgements := await own.attempts.claim(
                    CAMPAIGN, now=NOW, limit=7, permits=7, judge=permit
                ):
                    taken.extend(j.outcome for j in judgements if isinstance(j.outcome, Attempt))

        await asyncio.gather(*(work() for _ in range(8)))
        await work()
    assert Counter(attempt.fingerprint for attempt in taken) == Counter(map(fingerprint, range(200)))


async def test_workers_of_two_campaigns_never_call_one_number_at_once(url: str) -> None:
    async with ActStore.open(url) as first, ActStore.open(url) as second:
        await listed(first, *range(100))
        await listed(first, *range(100), campaign_id=OTHER_CAMPAIGN)
        both = await asyncio.gather(claimed(first), claimed(second, OTHER_CAMPAIGN))
        alive = await first.attempts.alive()
        due = [(await first.campaigns.progress(id_)).due for id_ in (CAMPAIGN, OTHER_CAMPAIGN)]
    assert sorted(attempt.id for attempt in [*both[0], *both[1]]) == sorted(a.id for a in alive)
    assert len({attempt.fingerprint for attempt in alive}) == len(alive) == 100
    assert sum(due) == 100
