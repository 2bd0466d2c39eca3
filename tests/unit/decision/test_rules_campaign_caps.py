"""Cases T065 to T070: how often a number is tried, to the second."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.base.types import CampaignId
from tests.unit.decision.rule_samples import attempt, campaign, codes, commercial, consent, paris

AT = paris("2027-02-01 11:00:00")
OTHER = CampaignId("c000000000002")
MANY = campaign(retry={"max_attempts": 10, "min_gap_hours": 0})


def before(*days: float, **changes: Any) -> dict[str, Any]:
    """Return attempts of another campaign of the sponsor, so many days before `AT`."""
    return {
        "attempts": tuple(
            attempt(AT - timedelta(days=day), **({"campaign_id": OTHER} | changes)) for day in days
        )
    }


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param((1, 6), {"CAPPED"}, id="FP-27-two-in-seven-days"),
        pytest.param((1, 7), set(), id="FP-27-the-seventh-day-is-over"),
        pytest.param((8, 15, 22, 29), {"CAPPED"}, id="FP-27-four-in-thirty-days"),
        pytest.param((8, 15, 22, 30), set(), id="FP-27-the-thirtieth-day-is-over"),
        pytest.param((0.5,), {"RECALL_TOO_SOON"}, id="FP-27-a-day-apart"),
        pytest.param((1,), set(), id="FP-27-exactly-a-day-apart"),
        pytest.param((0.5, 3), {"CAPPED", "RECALL_TOO_SOON"}, id="both-are-said"),
    ],
)
def test_political_caps_count_every_campaign_of_the_sponsor(
    days: tuple[float, ...], expected: set[str]
) -> None:
    assert codes(AT, campaign=MANY, **before(*days)) == expected


def test_the_last_second_of_a_window_still_counts() -> None:
    early = attempt(AT - timedelta(days=7) + timedelta(seconds=1), campaign_id=OTHER)
    late = attempt(AT - timedelta(days=1), campaign_id=OTHER)
    assert codes(AT, campaign=MANY, attempts=(early, late)) == {"CAPPED"}


def test_refusals_by_our_own_trunk_do_not_count() -> None:
    assert codes(AT, campaign=MANY, **before(0.1, 0.2, 0.3, counts=False)) == set()


def test_a_message_is_delivered_once_in_a_campaign() -> None:
    heard = before(20, delivered=True, campaign_id="c000000000001")
    assert codes(AT, campaign=MANY, **heard) == {"ALREADY_DELIVERED"}
    assert codes(AT, campaign=MANY, **before(20, delivered=True)) == set()


def test_a_campaign_makes_no_more_attempts_than_it_says() -> None:
    once = campaign(retry={"max_attempts": 1})
    assert codes(AT, campaign=once, **before(20, campaign_id="c000000000001")) == {"CAPPED"}


def test_the_longer_gap_of_pack_and_campaign_counts() -> None:
    patient = campaign(retry={"max_attempts": 10, "min_gap_hours": 72})
    assert codes(AT, campaign=patient, **before(2.9)) == {"RECALL_TOO_SOON"}
    assert codes(AT, campaign=patient, **before(3)) == set()


def test_commercial_calls_are_four_in_thirty_days() -> None:
    told = {
        "campaign": commercial(retry={"max_attempts": 10, "min_gap_hours": 0}),
        "consents": (consent(purpose="commercial"),),
    }
    assert codes(AT, **told, **before(1, 2, 3)) == set()
    assert codes(AT, **told, **before(1, 2, 3, 29.9)) == {"CAPPED"}


def test_the_fourth_american_call_in_thirty_days_is_refused() -> None:
    told = campaign(
        profile="us-tcpa",
        caller_id="+12025550199",
        purpose="survey",
        retry={"max_attempts": 9, "min_gap_hours": 0},
    )
    agreed = (consent(purpose="survey", windows=()),)
    at = paris("2027-02-02 20:00:00")
    made = tuple(attempt(at - timedelta(days=day), campaign_id=OTHER) for day in (1, 10, 29))
    assert codes(at, campaign=told, consents=agreed, number="+12125550123", attempts=made) == {"CAPPED"}
    assert codes(at, campaign=told, consents=agreed, number="+12125550123", attempts=made[:2]) == set()
    assert "NO_CONSENT" in codes(at, campaign=told, consents=(), number="+12125550123")
