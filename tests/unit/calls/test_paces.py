"""A process's memory of the calls it sent, and its length."""

import pytest

from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.pacing import GIVEN_UP_S
from dialer.services.calls.pacing import Paces
from tests.samples.calls import an_attempt

CAMPAIGN, OTHER = an_attempt().campaign_id, CampaignId("cffffffffffff")
RATES = 0.05, 0.05
"""A call in twenty seconds."""
BEGIN = 1000.0


def kept(paces: Paces) -> tuple[int, int]:
    return len(paces._campaigns), len(paces._under_way)


def begun() -> Paces:
    """Return paces after one call has left."""
    paces = Paces()
    paces.slots(CAMPAIGN, "default", RATES, BEGIN, 0.1)
    paces.sent(an_attempt(), BEGIN)
    return paces


def test_of_a_call_and_a_campaign_that_are_heard_of_no_more_nothing_is_kept() -> None:
    paces = begun()
    paces.tidy((), BEGIN + GIVEN_UP_S - 1)
    assert kept(paces) == (1, 1)
    paces.tidy((), BEGIN + GIVEN_UP_S)
    assert kept(paces) == (1, 0), "the campaign's next slot is still to come"
    paces.tidy((CAMPAIGN,), BEGIN + 30)
    assert kept(paces) == (1, 0), "its calls wait for it"
    paces.tidy((), BEGIN + 30)
    assert kept(paces) == (0, 0)


@pytest.mark.parametrize("heard_s", [1.0, GIVEN_UP_S + 1])
def test_being_forgotten_makes_no_campaign_any_faster(heard_s: float) -> None:
    paces = begun()
    paces.heard(an_attempt().id, BEGIN + heard_s)
    for second in range(60):
        paces.tidy((), BEGIN + second)
        own, _ = paces.slots(CAMPAIGN, "default", RATES, BEGIN + second, 0.0)
        assert own == (second >= 20)


def test_what_is_told_late_of_a_call_that_was_given_up_is_taken_calmly() -> None:
    paces = begun()
    paces.tidy((), BEGIN + 60)
    paces.heard(an_attempt().id, BEGIN + 60)
    paces.heard(AttemptId("f" * 32), BEGIN + 60)
    assert paces.slots(OTHER, "default", RATES, BEGIN + 60, 0.0) == (1, 1)
