"""The wait of callees for the first sound, and when it is too long too often (T104)."""

from datetime import timedelta

import pytest

from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.trunk_health import SilentCalls, abandoned, silence_after_answer
from tests.samples.calls import a_trace, after, an_attempt


def a_call(first_sound: float | None, *, ended: float = 20) -> Attempt:
    trace = () if first_sound is None else a_trace(f"{first_sound} play notice")
    return an_attempt(state=AttemptState.ENDED, answered_at=after(0), ended_at=after(ended), trace=trace)


def test_the_silence_lasts_from_the_answer_to_the_first_sound() -> None:
    assert silence_after_answer(a_call(0.25)) == timedelta(seconds=0.25)


def test_a_call_without_any_sound_was_silent_to_its_end() -> None:
    assert silence_after_answer(a_call(None, ended=7)) == timedelta(seconds=7)


def test_who_did_not_answer_waited_for_nothing() -> None:
    assert silence_after_answer(an_attempt(ended_at=after(9))) is None


@pytest.mark.parametrize(("silence", "is_abandoned"), [(0.1, False), (2.0, False), (2.1, True), (None, True)])
def test_more_than_two_seconds_of_silence_is_abandoned(silence: float | None, is_abandoned: bool) -> None:
    assert abandoned(a_call(silence)) is is_abandoned


@pytest.mark.parametrize(
    ("answered", "silent", "too_many"),
    [(200, 2, False), (200, 3, True), (1, 1, False), (2, 2, True), (100, 1, False)],
)
def test_one_in_a_hundred_is_bearable_and_more_is_not_nor_are_two_of_a_few(
    answered: int, silent: int, too_many: bool
) -> None:
    assert SilentCalls(answered, silent, silent).too_many(1) is too_many


@pytest.mark.parametrize(("answered", "silent"), [(1, 1), (1000, 1)])
def test_where_none_is_bearable_one_is_too_many(answered: int, silent: int) -> None:
    """UK-04."""
    assert SilentCalls(answered, silent, silent).too_many(0)
    assert not SilentCalls(answered, 0, 0).too_many(0)
