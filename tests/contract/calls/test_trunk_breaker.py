"""A trunk that fails in mid-campaign is the trunk's fault (T057, T065).

Its campaigns pause, and no contact loses a consent or an attempt for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dialer.adapters.clock import pretending
from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.metrics import PrometheusMeter
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import (
    Answered,
    CallEvent,
    Dialing,
    DialStatus,
    Ended,
    Ringing,
    TraceStep,
    TraceVerb,
)
from dialer.domain.calls.outcome import EndReason
from dialer.domain.campaigns.campaign import CampaignState, CampaignVerb, PauseCause
from dialer.domain.consent import ConsentGiven
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.calls.call_event_applier import CallEventApplier
from dialer.services.calls.call_guards import CallGuards
from dialer.services.calls.pacing import LiveCalls
from dialer.services.calls.trunk_breaker import TrunkBreaker
from dialer.services.calls.unknown_calls import UnknownCalls
from dialer.services.oppositions.callback_line import LineProofs
from dialer.services.pbx.fleet import Fleet
from tests.contract.judged import TRUNK, claim_all, judge_at, listed_with_consent
from tests.contract.rotation import FIRST
from tests.harness.acts import ActStore
from tests.harness.ledger import WRITABLE
from tests.integration.scripted_link import ScriptedLink
from tests.integration.scripted_pbx import ScriptedPbx
from tests.integration.service_process import UNCHANGED
from tests.samples.campaigns import CAMPAIGN, MONDAY
from tests.samples.people import fingerprint

PACKS = load_packs()
PEOPLE = range(1, 71)
ANSWERED = 10
SECOND = timedelta(seconds=1)

FAILURES = [
    pytest.param(DialStatus.CHANUNAVAIL, 1, 404, "SIP 404", id="404"),
    pytest.param(DialStatus.CHANUNAVAIL, 1, 485, "SIP 485", id="485"),
    pytest.param(DialStatus.CHANUNAVAIL, 3, 420, "SIP 420", id="420"),
    pytest.param(DialStatus.NOANSWER, 41, 480, "SIP 480, cause 41", id="480-failure"),
    pytest.param(DialStatus.CHANUNAVAIL, 34, 404, "SIP 404, cause 34", id="404-no-circuit"),
    pytest.param(DialStatus.CHANUNAVAIL, 28, 484, "SIP 484", id="484"),
    pytest.param(DialStatus.CONGESTION, 34, 503, "SIP 503", id="503"),
    pytest.param(DialStatus.CHANUNAVAIL, 21, 403, "SIP 403", id="403"),
    pytest.param(
        DialStatus.CHANUNAVAIL, 21, 401, "SIP 401: the operator asks for a user and a password", id="401"
    ),
    pytest.param(
        DialStatus.CHANUNAVAIL, 21, 407, "SIP 407: the operator asks for a user and a password", id="407"
    ),
    pytest.param(DialStatus.NOANSWER, 18, None, "no answer at all", id="silence"),
    pytest.param(DialStatus.CHANUNAVAIL, 18, None, "no answer at all", id="silence-beyond-timer-b"),
    pytest.param(DialStatus.CHANUNAVAIL, 18, 408, "SIP 408", id="408"),
]


class Campaign:
    """A campaign called five at a time, each time a little later."""

    def __init__(self, store: ActStore) -> None:
        self.store = store
        self.now = MONDAY
        self.made: list[AttemptId] = []

    async def claim(self, limit: int = 5) -> list[Attempt]:
        if (await self.store.campaigns.get(CAMPAIGN)).state is not CampaignState.RUNNING:
            return []
        judged = await claim_all(self.store, judge_at(self.now, PACKS), limit=limit)
        return [judgement.outcome for judgement in judged if isinstance(judgement.outcome, Attempt)]

    async def end(self, attempts: Sequence[Attempt], *how: CallEvent) -> None:
        """End attempts. `how` are the events of one call; each attempt is put in."""
        clock = pretending(self.now)
        call_guards = CallGuards(
            self.store, UNCHANGED, clock, LineProofs(self.store, {"default": TRUNK}, clock), PACKS
        )
        fleet = Fleet({}, driven=False)
        unknown_calls = UnknownCalls(self.store, fleet, Fingerprints(FIRST), clock, WRITABLE)
        calls = CallEventApplier(
            self.store, fleet, LiveCalls(), clock, PrometheusMeter(), call_guards, unknown_calls
        )
        events = [told for attempt in attempts for told in self.told(attempt.id, how)]
        await calls.apply(ScriptedLink(ScriptedPbx(clock.now)), events)
        self.made += [attempt.id for attempt in attempts]

    def told(self, attempt: AttemptId, how: Sequence[CallEvent]) -> list[CallEvent]:
        return [Dialing(attempt, self.now), *(replace(event, attempt_id=attempt) for event in how)]

    async def answer(self, attempts: Sequence[Attempt]) -> None:
        await self.end(attempts, *answered_at(self.now + SECOND))

    async def refuse(self, status: DialStatus, cause: int, sip: int | None) -> int:
        """Refuse until nothing is claimed any more. Return how many calls that took."""
        before = len(self.made)
        while attempts := await self.claim():
            await self.end(attempts, Ended(AttemptId(""), self.now + SECOND, status, cause, sip, ()))
            self.now += 2 * SECOND
        return len(self.made) - before


def answered_at(at: datetime) -> tuple[CallEvent, ...]:
    nobody = AttemptId("")
    return (
        Ringing(nobody, at),
        Answered(nobody, at),
        Ended(nobody, at + SECOND, DialStatus.ANSWER, 16, 200, ()),
    )


async def begun(store: ActStore) -> Campaign:
    """A campaign in which ten people answered; then the trunk turns."""
    await listed_with_consent(store, *PEOPLE, every=1000)
    campaign = Campaign(store)
    await campaign.answer(await campaign.claim(ANSWERED))
    campaign.now += 10 * SECOND
    return campaign


async def consents_kept(store: ActStore) -> bool:
    events = [event for index in PEOPLE for event in await store.consents.of(fingerprint(index))]
    return len(events) == len(PEOPLE) and all(isinstance(event, ConsentGiven) for event in events)


@pytest.mark.parametrize(("status", "cause", "sip", "end"), FAILURES)
async def test_a_trunk_that_fails_pauses_and_costs_nobody_anything(
    store: ActStore, status: DialStatus, cause: int, sip: int | None, end: str
) -> None:
    campaign = await begun(store)
    made = await campaign.refuse(status, cause, sip)
    assert made <= 50
    paused = await store.campaigns.get(CAMPAIGN)
    assert (paused.state, paused.pause_cause) == (CampaignState.PAUSED, PauseCause.TRUNK)
    assert paused.reason == f"trunk default: {made} of the last {made + ANSWERED} calls ended with {end}"
    assert await consents_kept(store)
    await store.campaigns.move(CAMPAIGN, CampaignVerb.RESUME, by="omar", at=campaign.now)
    # A telephone that may have rung is left in peace for a day. No attempt was used up.
    campaign.now += timedelta(days=1, minutes=5)
    rest = await campaign.claim(1000)
    assert len(rest) == len(PEOPLE) - ANSWERED
    await campaign.answer(rest)
    assert (await store.campaigns.get(CAMPAIGN)).state is CampaignState.RUNNING


async def test_whom_the_trunk_refused_is_called_again_after_growing_pauses(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    campaign = Campaign(store)
    for minutes in (1, 2, 4, 8, 16, 32, 60):
        await campaign.end(
            await campaign.claim(), Ended(AttemptId(""), campaign.now, DialStatus.CONGESTION, 34, 503, ())
        )
        campaign.now += timedelta(minutes=minutes) - SECOND
        assert await campaign.claim() == []
        campaign.now += SECOND
    assert len(await campaign.claim()) == 1


async def test_a_single_404_ends_the_consents_once_the_trunk_has_reached_somebody(store: ActStore) -> None:
    """T057: for every sponsor, as the number is unassigned."""
    await listed_with_consent(store, 1, 2, 3, every=1000)
    campaign = Campaign(store)
    gone, *others = await campaign.claim()
    await campaign.end([gone], Ended(AttemptId(""), campaign.now, DialStatus.CHANUNAVAIL, 1, 404, ()))
    assert len(await store.consents.of(gone.fingerprint)) == 1
    campaign.now += SECOND
    await campaign.answer(others[:1])
    void = (await store.consents.of(gone.fingerprint))[-1]
    assert (void.sponsor, void.channel) == (None, "network")
    assert not isinstance(void, ConsentGiven)


async def test_an_unanswered_invite_counts_and_is_not_repeated_for_a_day(store: ActStore) -> None:
    """The telephone may have rung, and only the answers were lost on their way."""
    await listed_with_consent(store, 1, 2, every=1000, retry={"max_attempts": 2, "min_gap_hours": 24})
    campaign = Campaign(store)
    (one, _) = await campaign.claim()
    await campaign.end(
        [one], Ended(AttemptId(""), campaign.now + SECOND, DialStatus.CHANUNAVAIL, 18, None, ())
    )
    found = (await store.attempts.get(one.id)).attempt
    assert (found.result, found.dialed_at) == ("NOT_ANSWERED", campaign.now)
    campaign.now += timedelta(hours=6)
    assert await campaign.claim() == []
    dossier = await store.contacts.dossier(CAMPAIGN, one.fingerprint)
    assert dossier is not None
    assert [past.counts for past in dossier.attempts] == [True]


async def test_a_telephone_that_rang_before_the_trunk_gave_up_counts(store: ActStore) -> None:
    await listed_with_consent(store, 1)
    campaign = Campaign(store)
    nobody = AttemptId("")
    attempts = await campaign.claim()
    await campaign.end(
        attempts,
        Ringing(nobody, campaign.now),
        Ended(nobody, campaign.now + SECOND, DialStatus.CONGESTION, 34, 503, ()),
    )
    dossier = await store.contacts.dossier(CAMPAIGN, fingerprint(1))
    assert dossier is not None
    assert [past.counts for past in dossier.attempts] == [True]


async def test_what_was_under_way_when_the_trunk_failed_ends_no_consent_later(store: ActStore) -> None:
    """Its 404 came after the pause: it belongs to the failure all the same."""
    campaign = await begun(store)
    under_way = await campaign.claim(3)
    await campaign.refuse(DialStatus.CHANUNAVAIL, 1, 404)
    assert (await store.campaigns.get(CAMPAIGN)).state is CampaignState.PAUSED
    await campaign.end(under_way, Ended(AttemptId(""), campaign.now, DialStatus.CHANUNAVAIL, 1, 404, ()))
    await store.campaigns.move(CAMPAIGN, CampaignVerb.RESUME, by="omar", at=campaign.now)
    campaign.now += timedelta(minutes=5)
    await campaign.answer(await campaign.claim(5))
    assert await consents_kept(store)
    campaign.now += timedelta(days=1)
    assert len(await campaign.claim(1000)) == len(PEOPLE) - ANSWERED - 5


async def test_ten_times_503_in_a_row_and_nothing_is_sent_any_more(store: ActStore) -> None:
    """The trunk may have asked for a long rest, which Asterisk does not show (RFC 3261, 21.5.4)."""
    await listed_with_consent(store, *PEOPLE, every=1000)
    campaign = Campaign(store)
    for _ in range(6):
        await campaign.answer(await campaign.claim(5))
        campaign.now += 10 * SECOND
    assert await campaign.refuse(DialStatus.CONGESTION, 34, 503) == 10
    paused = await store.campaigns.get(CAMPAIGN)
    assert (paused.state, paused.reason) == (
        CampaignState.PAUSED,
        "trunk default: 10 of the last 40 calls ended with SIP 503",
    )


async def test_a_trunk_that_asked_for_a_rest_has_it_from_every_process(store: ActStore) -> None:
    """A shorter wish does not end a longer one."""
    until = MONDAY + timedelta(minutes=10)
    asked, elsewhere = (TrunkBreaker(store, pretending(MONDAY)) for _ in range(2))
    assert await elsewhere.pace("default") == 1
    await asked.rest("default", until)
    await TrunkBreaker(store, pretending(MONDAY)).rest("default", until - timedelta(minutes=5))
    assert await asked.pace("default") == 0
    for now, pace in ((until - SECOND, 0), (until + SECOND, 1)):
        assert await TrunkBreaker(store, pretending(now)).pace("default") == pace
    assert await TrunkBreaker(store, pretending(MONDAY)).pace("other") == 1


async def test_an_answer_as_we_gave_up_is_a_silent_call_and_the_callee_is_left_in_peace(
    store: ActStore,
) -> None:
    """FP-29."""
    await listed_with_consent(store, 1, retry={"max_attempts": 3, "min_gap_hours": 1})
    campaign = Campaign(store)
    nobody, at = AttemptId(""), campaign.now + 20 * SECOND
    trace = (TraceStep(at, TraceVerb.END, EndReason.LATE_ANSWER.in_trace),)
    await campaign.end(
        await campaign.claim(),
        Ringing(nobody, campaign.now),
        Answered(nobody, at),
        Ended(nobody, at, DialStatus.ANSWER, 16, 200, trace),
    )
    silent = await store.attempts.silent(CAMPAIGN, since=MONDAY - timedelta(days=1))
    assert (silent.answered, silent.slow, silent.abandoned) == (1, 1, 1)
    campaign.now += timedelta(days=1)
    assert await campaign.claim() == []
