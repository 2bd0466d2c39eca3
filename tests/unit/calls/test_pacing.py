import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialer.domain.base.types import AttemptId
from dialer.domain.calls.pacing import CATCH_UP_S, GIVEN_UP_S, Pacer

RATES = st.floats(min_value=0.1, max_value=500)
STEPS = st.lists(
    st.tuples(st.sampled_from((0.0, 0.001, 0.01, 0.05, 0.4, 1.1)), st.sampled_from((0, 1, 3, 1000))),
    max_size=300,
)
"""Pauses of the sender, each with the calls under way that the PBX has let pass by its end."""
BUSY = [(0.001, 1000)] * 300
STALLED = [*BUSY, (0.4, 0), (0.4, 0), *BUSY, (1.1, 0), *BUSY]


def call(number: int) -> AttemptId:
    return AttemptId(f"{number:032x}")


def seen(rate: float, steps: list[tuple[float, int]]) -> list[float]:
    """Return the instants at which the callees' telephones ring."""
    pacer, now, numbers = Pacer(rate), 1000.0, itertools.count()
    asked: list[AttemptId] = []
    arrived = []
    for pause, passed in steps:
        now += pause
        for each in asked[:passed]:
            pacer.heard(each, now)
            arrived.append(now)
        del asked[:passed]
        for _ in range(pacer.due(now)):
            asked.append(call(next(numbers)))
            pacer.sent(asked[-1], now)
    return arrived


@given(RATES, STEPS)
@example(150.0, STALLED)
def test_no_second_of_the_callees_has_more_than_a_tenth_too_many(
    rate: float, steps: list[tuple[float, int]]
) -> None:
    """However long the sender or the PBX stands still. At a low rate, two calls too many."""
    arrived = seen(rate, steps)
    for begin in arrived:
        assert sum(begin <= at < begin + 1.0 for at in arrived) <= max(1.1 * rate, 1.08 * rate + 2)


@given(st.floats(min_value=1, max_value=500))
@example(29.0)
def test_who_is_never_held_up_sends_at_the_rate(rate: float) -> None:
    arrived = seen(rate, [(0.001, 1000)] * 3000)
    assert len(arrived) >= 2.9 * rate - 1


@given(RATES, st.floats(min_value=0.01, max_value=5))
def test_every_slot_offered_lies_within_the_horizon(rate: float, horizon: float) -> None:
    pacer, now = Pacer(rate), 1000.0
    offered = pacer.slots(now, horizon)
    assert offered, "after a pause there is a slot at once"
    for number in range(offered):
        assert pacer.next_slot <= now + horizon + 1e-6
        pacer.sent(call(number), now)
    assert pacer.slots(now, horizon) == 0


@pytest.mark.parametrize("idle_s", [0.0, 10.0, 3600.0])
def test_time_not_used_is_not_saved_up(idle_s: float) -> None:
    pacer = Pacer(1 / CATCH_UP_S / 2)
    pacer.sent(call(0), 1000.0)
    pacer.heard(call(0), 1000.0)
    assert pacer.due(1000.1 + idle_s) == 1


def test_a_pbx_that_says_nothing_is_asked_for_no_more() -> None:
    pacer = Pacer(100)
    for number in range(6):
        assert pacer.due(1000.0 + number) > 0
        pacer.sent(call(number), 1000.0 + number)
    assert pacer.due(1010.0) == 0
    pacer.heard(call(0), 1010.0)
    assert pacer.due(1010.0) == 0, "whoever waited begins with a slot of its own"
    assert pacer.due(1010.01) == 1


def test_what_is_never_heard_of_again_is_given_up() -> None:
    pacer = Pacer(1)
    pacer.sent(call(0), 1000.0)
    assert pacer.due(1000.0 + GIVEN_UP_S - 1) == 0
    assert pacer.due(1000.0 + GIVEN_UP_S) == 1
