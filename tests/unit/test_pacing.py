import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.pacing import Pacer

RATES = st.floats(min_value=0.1, max_value=500)
PAUSES = st.lists(st.floats(min_value=0, max_value=3), min_size=2, max_size=60)


@given(RATES, PAUSES)
def test_two_calls_are_never_closer_than_the_rate_allows(rate: float, pauses: list[float]) -> None:
    pacer, now, taken = Pacer(rate), 1000.0, []
    for pause in pauses:
        now += pause
        taken.append(pacer.take(now))
    assert all(later - earlier >= 1 / rate - 1e-9 for earlier, later in itertools.pairwise(taken))


@given(RATES, st.floats(min_value=0.01, max_value=5))
def test_every_slot_offered_lies_within_the_horizon(rate: float, horizon: float) -> None:
    pacer, now = Pacer(rate), 1000.0
    slots = [pacer.take(now) for _ in range(pacer.slots(now, horizon))]
    assert slots, "after a pause there is a slot at once"
    assert all(now <= slot <= now + horizon + 1e-6 for slot in slots)
    assert pacer.slots(now, horizon) == 0


@pytest.mark.parametrize("idle_s", [0.0, 10.0, 3600.0])
def test_time_not_used_is_not_saved_up(idle_s: float) -> None:
    pacer = Pacer(10)
    pacer.take(1000.0)
    assert pacer.slots(1000.1 + idle_s, 0.0) == 1
