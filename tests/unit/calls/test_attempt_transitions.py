from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.base.types import FreeText
from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.attempt_transitions import apply_event, expire, mark_lost
from dialer.domain.calls.call_events import (
    Answered,
    CallEvent,
    Dialing,
    DialStatus,
    Ended,
    MachineFound,
    NotSent,
    Opposed,
    RefusalCause,
    Refused,
    Ringing,
    UnsentCause,
)
from dialer.domain.calls.retry import number_gone
from tests.samples.calls import a_trace, after, an_attempt

ID = an_attempt().id
HEARD = a_trace("3 play notice", "9 done notice", "10 key 1", "10 play message", "30 done message")
END = Ended(ID, after(40), DialStatus.ANSWER, 16, 200, HEARD)
WHOLE_CALL: tuple[CallEvent, ...] = (
    Dialing(ID, after(0)),
    Ringing(ID, after(1)),
    Answered(ID, after(3)),
    END,
)


def follow(attempt: Attempt, *events: CallEvent) -> Attempt:
    for event in events:
        attempt = apply_event(attempt, event)
    return attempt


def test_a_whole_call_ends_with_its_times_and_its_result() -> None:
    ended = follow(an_attempt(), *WHOLE_CALL)
    assert (ended.state, ended.result) == (AttemptState.ENDED, Result.MESSAGE_PLAYED)
    assert (ended.dialed_at, ended.ringing_at, ended.answered_at, ended.ended_at) == (
        after(0),
        after(1),
        after(3),
        after(40),
    )
    assert (ended.hangup_cause, ended.sip_code, ended.trace) == (16, 200, HEARD)


def test_events_that_overtake_each_other_before_the_end_leave_the_same_call() -> None:
    inner = WHOLE_CALL[:3]
    ends = {follow(an_attempt(), *order, END).state for order in permutations(inner)}
    results = {follow(an_attempt(), *order, END).result for order in permutations(inner)}
    assert ends == {AttemptState.ENDED}
    assert results == {Result.MESSAGE_PLAYED}


def test_a_call_that_our_own_trunk_could_not_send_was_never_made() -> None:
    """T065. Its cause says nothing of the number: the network was not asked for it."""
    failed = Ended(ID, after(1), DialStatus.CHANUNAVAIL, 3, None, ())
    lapsed = follow(an_attempt(), Dialing(ID, after(0)), failed)
    assert (lapsed.state, lapsed.lapse_reason) == (AttemptState.LAPSED, "TRUNK")
    assert (lapsed.dialed_at, lapsed.hangup_cause, number_gone(lapsed)) == (None, None, False)


@pytest.mark.parametrize(
    ("status", "sip"),
    [
        pytest.param(DialStatus.CHANUNAVAIL, 404, id="answered-with-404"),
        pytest.param(DialStatus.CONGESTION, 503, id="congestion"),
        pytest.param(DialStatus.BUSY, 486, id="busy"),
        pytest.param(DialStatus.NOANSWER, None, id="rang-out"),
        pytest.param(DialStatus.CHANUNAVAIL, None, id="nothing-came-back-in-32-s"),
    ],
)
def test_an_invite_that_left_is_never_taken_for_unsent(status: DialStatus, sip: int | None) -> None:
    """T065."""
    ended = follow(an_attempt(), Dialing(ID, after(0)), Ended(ID, after(1), status, 18, sip, ()))
    assert (ended.state, ended.dialed_at) == (AttemptState.ENDED, after(0))


def test_a_late_ringing_does_not_take_an_answer_back() -> None:
    assert follow(an_attempt(), Answered(ID, after(3)), Ringing(ID, after(1))).state is AttemptState.ANSWERED


@pytest.mark.parametrize("why", [cause for cause in RefusalCause if cause is not RefusalCause.REPEATED])
def test_what_the_pbx_refused_was_not_sent_and_says_why(why: RefusalCause) -> None:
    refused = apply_event(an_attempt(), Refused(ID, after(0), why))
    assert (refused.state, refused.lapse_reason, refused.result) == (AttemptState.LAPSED, why, None)


def test_a_repeated_originate_leaves_the_first_call_alive() -> None:
    dialing = follow(an_attempt(), Dialing(ID, after(0)), Refused(ID, after(1), RefusalCause.REPEATED))
    assert dialing.alive


def test_after_the_gate_nothing_is_unsent_any_more() -> None:
    dialing = follow(an_attempt(), Dialing(ID, after(0)), NotSent(ID, after(1), UnsentCause.NO_CHANNEL))
    assert dialing.state is AttemptState.ORIGINATING


def test_an_opposition_is_kept_even_after_the_end() -> None:
    opposed = follow(an_attempt(), *WHOLE_CALL, Opposed(ID, after(50)))
    assert (opposed.opposed_at, opposed.result) == (after(50), Result.OPTED_OUT)


def test_the_first_nine_is_the_one_that_counts() -> None:
    assert follow(an_attempt(), Opposed(ID, after(5)), Opposed(ID, after(6))).opposed_at == after(5)


def test_a_key_down_alone_makes_the_result_an_opposition() -> None:
    ended = Ended(ID, after(6), DialStatus.ANSWER, 16, 200, a_trace("3 play notice", "6 cut notice"))
    assert follow(an_attempt(), Opposed(ID, after(5)), ended).result is Result.OPTED_OUT


def test_what_talks_without_end_is_a_machine() -> None:
    ended = Ended(ID, after(6), DialStatus.ANSWER, 16, 200, a_trace("3 play notice", "6 cut notice"))
    assert follow(an_attempt(), MachineFound(ID, after(5)), ended).result is Result.MACHINE


def test_a_lost_attempt_of_an_opponent_is_an_opposition_all_the_same() -> None:
    assert mark_lost(an_attempt(opposed_at=after(5)), after(9)).result is Result.OPTED_OUT
    assert mark_lost(an_attempt(), after(9)).result is Result.LOST


EVENTS = st.lists(
    st.sampled_from(
        [
            *WHOLE_CALL,
            Opposed(ID, after(20)),
            MachineFound(ID, after(6)),
            Refused(ID, after(1), RefusalCause.HALTED),
            NotSent(ID, after(1), FreeText("refused")),
        ]
    ),
    max_size=12,
)


@given(EVENTS, EVENTS)
def test_a_final_attempt_gains_an_opposition_and_nothing_else(
    first: list[CallEvent], then: list[CallEvent]
) -> None:
    final = follow(expire(an_attempt(), after(1), RefusalCause.EXPIRED), *first)
    later = follow(final, *then)
    assert (later.state, later.ended_at, later.trace) == (final.state, final.ended_at, final.trace)
    assert (later.opposed_at is not None) == (
        final.opposed_at is not None or any(isinstance(e, Opposed) for e in then)
    )


@given(EVENTS)
def test_no_event_loses_an_opposition(events: list[CallEvent]) -> None:
    opposed = follow(an_attempt(), *events).opposed_at is not None
    assert opposed == any(isinstance(event, Opposed) for event in events)
