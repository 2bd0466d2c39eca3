"""Cases T031 to T043: electoral silence by territory, first round of 2027 as a fixture."""

from datetime import date, timedelta
from typing import Any

import pytest

from dialer.domain.base.types import PhoneNumber
from dialer.domain.campaigns.electoral_silence import silence_for, silence_plan
from dialer.domain.numbers.callee_location import check_zone
from tests.unit.decision.rule_samples import (
    campaign,
    codes,
    commercial,
    consent,
    election,
    judged,
    paris,
    utc,
)

SUNDAY, SATURDAY = date(2027, 4, 18), date(2027, 4, 17)
SATURDAY_VOTERS = ("GP", "MQ", "GF", "PM", "BL", "MF", "PF")
DATES = {"default": SUNDAY} | dict.fromkeys(SATURDAY_VOTERS, SATURDAY)


def voting(**changes: Any) -> Any:
    return campaign(election=election(**changes))


PER_TERRITORY = voting(poll_dates=DATES, freeze_mode="per_territory")
EARLIEST = voting(poll_dates=DATES)

LIMITS = {
    "PM": "02:00",
    "GF": "03:00",
    "GP": "04:00",
    "MQ": "04:00",
    "BL": "04:00",
    "MF": "04:00",
    "WF": "12:00",
    "NC": "13:00",
    "RE": "20:00",
    "YT": "21:00",
    "FR": "22:00",
}


@pytest.mark.parametrize(("territory", "limit"), LIMITS.items())
def test_each_territory_falls_silent_at_its_own_midnight(territory: str, limit: str) -> None:
    plan = silence_plan(PER_TERRITORY.election)
    silence = silence_for(plan, check_zone(territory, None, "+33199000001"))
    assert silence is not None
    assert silence.limit == utc(f"2027-04-16 {limit}")


@pytest.mark.parametrize(
    ("timezone", "limit"),
    [
        ("Pacific/Tahiti", "10:00"),
        ("Pacific/Marquesas", "09:30"),
        ("Pacific/Gambier", "09:00"),
        (None, "09:00"),
    ],
)
def test_polynesia_without_a_zone_takes_the_limit_of_gambier(timezone: str | None, limit: str) -> None:
    place = check_zone("PF", timezone, "+68987123456")
    silence = silence_for(silence_plan(PER_TERRITORY.election), place)
    assert silence is not None
    assert silence.limit == utc(f"2027-04-16 {limit}")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2027-04-16 19:59:00", set(), id="T031-friday-evening"),
        pytest.param(
            "2027-04-17 00:00:00",
            {"ELECTORAL_SILENCE", "OUT_OF_LEGAL_HOURS", "OUT_OF_CONSENT_WINDOW"},
            id="T031",
        ),
        pytest.param(
            "2027-04-18 19:59:35", {"ELECTORAL_SILENCE", "OUT_OF_LEGAL_HOURS"}, id="until-polls-close"
        ),
        pytest.param("2027-04-18 20:00:00", {"CAMPAIGN_ENDED", "OUT_OF_LEGAL_HOURS"}, id="T038-ended"),
        pytest.param("2027-04-19 11:00:00", {"CAMPAIGN_ENDED"}, id="T038-monday"),
    ],
)
def test_metropolitan_silence_and_end(at: str, expected: set[str]) -> None:
    assert codes(paris(at), campaign=PER_TERRITORY) == expected


def test_guadeloupe_is_silent_while_paris_may_still_be_called() -> None:
    at, callee = utc("2027-04-16 14:30"), {"number": PhoneNumber("+33199000001"), "territory": "GP"}
    assert "ELECTORAL_SILENCE" in codes(at, campaign=PER_TERRITORY, **callee)
    assert "ELECTORAL_SILENCE" not in codes(at, campaign=PER_TERRITORY)


def test_the_earliest_territory_silences_everyone() -> None:
    assert "ELECTORAL_SILENCE" in codes(utc("2027-04-15 22:00"), campaign=EARLIEST)
    assert codes(paris("2027-04-15 19:59:00"), campaign=EARLIEST) == set()
    assert "ELECTORAL_SILENCE" in codes(paris("2027-04-16 11:00:00"), campaign=EARLIEST)


def test_without_a_default_the_earliest_listed_limit_counts_for_everyone() -> None:
    listed = voting(poll_dates={"FR": SUNDAY, "GP": SATURDAY})
    assert "ELECTORAL_SILENCE" in codes(utc("2027-04-16 08:00"), campaign=listed)
    assert "ELECTORAL_SILENCE" not in codes(paris("2027-04-15 19:00:00"), campaign=listed)


def test_a_listed_saturday_poll_can_be_earlier_than_the_default_freeze() -> None:
    early = voting(poll_dates={"default": SUNDAY, "NC": date(2027, 4, 15)})
    assert "ELECTORAL_SILENCE" in codes(paris("2027-04-14 11:00:00"), campaign=early)


def test_the_last_invite_leaves_room_for_ring_and_call() -> None:
    """T036: made impossible by the planner.

    Hours end long before midnight, so Wallis shows it: 00:00 there on a Friday of a custom date.
    """
    told = voting(poll_dates={"default": SUNDAY}, freeze_mode="per_territory")
    at = paris("2027-04-16 19:00:00")
    decision = judged(at, campaign=told)
    assert decision.permit_until == paris("2027-04-16 19:59:35")
    limit = silence_for(silence_plan(told.election), check_zone("FR", None, "+33199000001"))
    assert limit is not None
    assert limit.last_start(timedelta(seconds=205)) == paris("2027-04-16 23:56:35")


def test_a_call_that_would_run_into_silence_is_silence() -> None:
    """A foreign clock makes silence begin in daytime.

    The earliest freeze is Paris's midnight, which is 10:00 in Nouméa.
    """
    told = voting(poll_dates={"default": SUNDAY})
    limit = utc("2027-04-15 22:00")
    callee = {"number": PhoneNumber("+68987123456"), "timezone": "Pacific/Tahiti"}
    last = limit - timedelta(seconds=25 + 180)
    assert codes(last, campaign=told, **callee) == set()
    assert codes(last + timedelta(seconds=1), campaign=told, **callee) == {"ELECTORAL_SILENCE"}
    assert judged(last - timedelta(minutes=5), campaign=told, **callee).permit_until == last


def test_an_appointment_never_opens_silence() -> None:
    met = (consent(appointment_at=paris("2027-04-17 11:00:00")),)
    assert "ELECTORAL_SILENCE" in codes(paris("2027-04-17 11:00:00"), campaign=PER_TERRITORY, consents=met)


def test_a_territory_without_poll_date_is_refused_at_any_time() -> None:
    listed = voting(poll_dates={"FR": SUNDAY})
    callee = {"number": PhoneNumber("+33199000001"), "territory": "RE"}
    assert "ELECTORAL_SILENCE" in codes(utc("2027-02-01 08:00"), campaign=listed, **callee)


def test_a_by_election_silences_only_the_listed_territory() -> None:
    local = voting(poll_dates={"RE": SUNDAY}, scope="listed")
    at = paris("2027-04-16 11:00:00")
    assert codes(at, campaign=local) == set()
    assert "ELECTORAL_SILENCE" in codes(
        utc("2027-04-17 08:00"), campaign=local, number=PhoneNumber("+262262123456")
    )
    mobile = {"number": PhoneNumber("+262692123456")}
    assert "ELECTORAL_SILENCE" in codes(utc("2027-04-17 08:00"), campaign=local, **mobile)


def test_other_campaigns_of_the_sponsor_are_silent_too_unless_signed_off() -> None:
    at, sold = paris("2027-04-16 11:00:00"), (consent(purpose="commercial"),)
    others = {"silences": (EARLIEST.election,), "consents": sold}
    assert codes(at, campaign=commercial(), **others) == {"ELECTORAL_SILENCE"}
    assert codes(at, campaign=commercial(silence_signoff="Me Durand"), **others) == set()
    assert codes(paris("2027-04-19 11:00:00"), campaign=commercial(), **others) == set()
    assert judged(at, campaign=commercial(), **others).next_open == paris("2027-04-19 10:00:00")


def test_a_campaign_of_a_past_election_has_no_next_instant() -> None:
    assert judged(paris("2027-04-17 11:00:00"), campaign=EARLIEST).next_open is None
    assert judged(paris("2027-05-03 11:00:00"), campaign=EARLIEST).next_open is None


def test_a_changed_poll_date_moves_the_limit_of_new_decisions() -> None:
    at = paris("2027-04-16 11:00:00")
    moved = voting(poll_dates={"default": date(2027, 4, 25)})
    assert "ELECTORAL_SILENCE" in codes(at, campaign=EARLIEST)
    assert codes(at, campaign=moved) == set()
