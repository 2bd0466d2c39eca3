"""The counts of living calls, and the trunk's word on them."""

from dataclasses import replace
from datetime import timedelta

from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.services.calls.pacing import LiveCalls
from tests.samples.calls import an_attempt
from tests.samples.campaigns import MONDAY

SECOND = timedelta(seconds=1)


def sent(second: int) -> Attempt:
    return an_attempt(id=AttemptId(f"{second:032x}"), originated_at=MONDAY + second * SECOND)


def test_calls_sent_since_the_trunk_last_answered_an_invite_are_unheard() -> None:
    live_calls = LiveCalls()
    calls = [sent(second) for second in range(10)]
    for call in calls:
        live_calls.put(call)
    assert live_calls.unheard("default") == 10
    answered = replace(calls[0], state=AttemptState.ANSWERED, answered_at=MONDAY + 3 * SECOND)
    live_calls.put(answered)
    assert live_calls.unheard("default") == 6
    live_calls.put(replace(calls[1], state=AttemptState.ENDED, ended_at=MONDAY + 5 * SECOND, sip_code=486))
    assert live_calls.unheard("default") == 4


def test_the_end_of_a_call_that_was_answered_says_nothing_of_calls_sent_since() -> None:
    live_calls = LiveCalls()
    answered = replace(sent(0), state=AttemptState.ANSWERED, answered_at=MONDAY)
    live_calls.put(answered)
    for second in range(1, 10):
        live_calls.put(sent(second))
    live_calls.put(replace(answered, state=AttemptState.ENDED, ended_at=MONDAY + 20 * SECOND, sip_code=200))
    assert live_calls.unheard("default") == 9


def test_that_nothing_came_back_is_no_word() -> None:
    live_calls = LiveCalls()
    for second in range(10):
        live_calls.put(sent(second))
    live_calls.put(replace(sent(0), state=AttemptState.ENDED, ended_at=MONDAY + 20 * SECOND, hangup_cause=18))
    assert live_calls.unheard("default") == 9
