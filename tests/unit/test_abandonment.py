"""How long callees wait for the first sound, and when that is too long too often (T104)."""

from datetime import timedelta

from dialer.domain.abandonment import SilentCalls, silence_after_answer
from dialer.domain.attempt import Attempt, AttemptState
from tests.unit.values import a_trace, after, an_attempt


def a_call(first_sound: float | None, *, ended: float = 20) -> Attempt:
    trace = () if first_sound is None else a_trace(f"{first_sound} play notice")
    return an_attempt(state=AttemptState.ENDED, answered_at=after(0), ended_at=after(ended), trace=trace)


def test_the_silence_lasts_from_the_answer_to_the_first_sound() -> None:
    assert silence_after_answer(a_call(0.25)) == timedelta(seconds=0.25)


def test_a_call_without_any_sound_was_silent_to_its_end() -> None:
    assert silence_after_answer(a_call(None, ended=7)) == timedelta(seconds=7)


def test_who_did_not_answer_waited_for_nothing() -> None:
    assert silence_after_answer(an_attempt(ended_at=after(9))) is None


def test_more_than_a_second_is_slow_and_more_than_two_is_abandoned() -> None:
    calls = SilentCalls()
    for silence in (0.1, 1.0, 1.1, 2.0, 2.1):
        calls.add(a_call(silence))
    assert (calls.answered, calls.slow, calls.abandoned) == (5, 3, 1)


def test_one_in_a_hundred_is_bearable_and_more_is_not() -> None:
    calls = SilentCalls(answered=200, abandoned=2)
    assert not calls.too_many
    calls.add(a_call(3))
    assert calls.too_many


def test_of_a_few_calls_one_may_be_silent_and_two_may_not() -> None:
    calls = SilentCalls()
    calls.add(a_call(3))
    assert not calls.too_many
    calls.add(a_call(3))
    assert calls.too_many
