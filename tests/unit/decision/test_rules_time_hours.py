"""Cases T001 to T030: window bounds, zones, clock changes, to the second."""

import time as time_module
from datetime import UTC, datetime, time, timedelta

import pytest

from dialer.domain.base.types import PhoneNumber
from dialer.domain.consent import ConsentedWindow
from tests.unit.decision.rule_samples import attempt, campaign, codes, commercial, consent, judged, paris, utc

SOLD = (consent(purpose="commercial"),)
OUT = {"OUT_OF_LEGAL_HOURS"}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2027-02-01 09:59:59", OUT, id="T001"),
        pytest.param("2027-02-01 10:00:00", set(), id="T002"),
        pytest.param("2027-02-01 12:59:35", set(), id="last-second-to-ring-before-lunch"),
        pytest.param("2027-02-01 12:59:36", {"WOULD_RING_PAST_END"}, id="rings-into-lunch"),
        pytest.param("2027-02-01 12:59:59", {"WOULD_RING_PAST_END"}, id="rings-at-lunch"),
        pytest.param("2027-02-01 13:00:00", OUT, id="T004"),
        pytest.param("2027-02-01 13:30:00", OUT, id="T005"),
        pytest.param("2027-02-01 14:00:00", set(), id="T006"),
        pytest.param("2027-02-01 19:59:35", set(), id="last-second-of-the-day"),
        pytest.param("2027-02-01 20:00:00", OUT, id="T007"),
        pytest.param("2027-02-06 10:30:00", OUT, id="T010-saturday"),
        pytest.param("2027-02-07 10:30:00", OUT, id="T010-sunday"),
        pytest.param("2027-03-29 11:00:00", {"HOLIDAY"}, id="T016-easter-monday"),
        pytest.param("2027-08-15 11:00:00", {"HOLIDAY", *OUT}, id="a-holiday-on-a-sunday-says-both"),
        pytest.param("2026-10-23 10:00:00", set(), id="T015-summer-time"),
        pytest.param("2026-10-26 09:30:00", OUT, id="T015-winter-time-too-early"),
        pytest.param("2026-10-26 10:00:00", set(), id="T015-winter-time"),
        pytest.param("2027-03-30 10:00:00", set(), id="T016-after-easter"),
    ],
)
def test_commercial_calls_keep_legal_hours_to_the_second(at: str, expected: set[str]) -> None:
    assert codes(paris(at), campaign=commercial(), consents=SOLD) == expected


def test_clock_changes_move_the_utc_instant_of_the_same_local_hour() -> None:
    sold = {"campaign": commercial(), "consents": SOLD}
    assert codes(utc("2026-10-23 08:00"), **sold) == set()
    assert codes(utc("2026-10-26 08:30"), **sold) == OUT
    assert codes(utc("2026-10-26 09:00"), **sold) == set()
    assert codes(utc("2027-03-30 08:00"), **sold) == set()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2027-02-02 17:59:59", {"OUT_OF_CONSENT_WINDOW"}, id="T013-before"),
        pytest.param("2027-02-02 18:00:00", set(), id="T013-at"),
        pytest.param("2027-02-02 18:59:35", set(), id="T013-last"),
        pytest.param("2027-02-02 18:59:36", {"WOULD_RING_PAST_END"}, id="T013-rings-past"),
        pytest.param("2027-02-03 18:30:00", {"OUT_OF_CONSENT_WINDOW"}, id="T013-wednesday"),
    ],
)
def test_the_consented_slot_binds_to_the_second(at: str, expected: set[str]) -> None:
    slot = (ConsentedWindow(frozenset({1}), time(18), time(19)),)
    assert codes(paris(at), consents=(consent(windows=slot),)) == expected


def test_windows_that_touch_are_one_window() -> None:
    halves = (
        ConsentedWindow(frozenset({0}), time(10), time(11)),
        ConsentedWindow(frozenset({0}), time(11), time(12)),
    )
    assert codes(paris("2027-02-01 10:59:50"), consents=(consent(windows=halves),)) == set()


EVERYWHERE = campaign(
    caller_ids={"RE": "+262947900001", "YT": "+262947800001", "MQ": "+596947700001", "GP": "+590947500001"}
)
PLACES = [
    pytest.param("+262692123456", None, "2027-02-01 06:30", OUT, id="T022-mobile-of-two-islands"),
    pytest.param("+262692123456", "RE", "2027-02-01 06:30", set(), id="T022-la-reunion-stated"),
    pytest.param("+262692123456", "YT", "2027-02-01 06:30", OUT, id="T022-mayotte-stated"),
    pytest.param("+262262123456", None, "2027-02-01 06:30", set(), id="fixed-262-is-la-reunion"),
    pytest.param("+262269612345", None, "2027-02-01 06:30", OUT, id="fixed-269-is-mayotte"),
    pytest.param("+33612345678", "MQ", "2027-02-01 14:00:00", set(), id="T026-martinique-stated"),
    pytest.param("+33612345678", "MQ", "2027-02-01 13:59:59", OUT, id="T026-not-parisian-hours"),
    pytest.param("+508412345", None, "2027-03-15 12:00:00", set(), id="miquelon-is-on-american-summer-time"),
    pytest.param("+508412345", None, "2027-03-15 11:59:59", OUT, id="miquelon-a-second-before-ten"),
]


@pytest.mark.parametrize(("number", "territory", "at", "expected"), PLACES)
def test_the_stated_territory_beats_the_number_and_doubt_means_every_zone(
    number: str, territory: str | None, at: str, expected: set[str]
) -> None:
    assert codes(utc(at), number=PhoneNumber(number), territory=territory, campaign=EVERYWHERE) == expected


@pytest.mark.parametrize(
    ("timezone", "at", "allowed"),
    [
        pytest.param(
            "Pacific/Tahiti", "2027-02-06 04:00", True, id="T020-friday-18h-though-utc-says-saturday"
        ),
        pytest.param("Pacific/Tahiti", "2027-02-06 06:00", False, id="T020-friday-20h"),
        pytest.param("Pacific/Marquesas", "2027-02-05 19:29:59", False, id="T024-half-hour-before"),
        pytest.param("Pacific/Marquesas", "2027-02-05 19:30:00", True, id="T024-half-hour-exact"),
        pytest.param(None, "2027-02-05 20:00:00", True, id="three-zones-open-when-tahiti-does"),
        pytest.param(None, "2027-02-05 19:59:59", False, id="three-zones-closed-while-tahiti-sleeps"),
    ],
)
def test_polynesian_hours_are_exact(timezone: str | None, at: str, allowed: bool) -> None:
    found = codes(utc(at), number=PhoneNumber("+68987123456"), timezone=timezone)
    assert ("OUT_OF_LEGAL_HOURS" not in found) is allowed


def test_a_zone_that_the_territory_does_not_have_is_unknown() -> None:
    assert codes(paris("2027-02-01 11:00:00"), timezone="Indian/Reunion") == {"UNKNOWN_TIMEZONE"}
    assert codes(paris("2027-02-01 11:00:00"), territory="XX") == {"UNKNOWN_TIMEZONE"}


@pytest.mark.parametrize("at", ["2027-03-28 02:30:00", "2026-10-25 02:30:00"], ids=["T017", "T018"])
def test_a_skipped_or_repeated_hour_leads_to_the_next_legal_instant(at: str) -> None:
    decision = judged(paris(at))
    assert decision.next_open == paris("2027-03-30 10:00:00" if "2027" in at else "2026-10-26 10:00:00")


def test_an_hour_that_comes_twice_gives_two_instants_in_their_order() -> None:
    """T018."""
    twice = [paris("2026-10-25 02:30:00").replace(fold=fold) for fold in (0, 1)]
    first, second = (judged(at).at for at in twice)
    assert (first, second) == (utc("2026-10-25 00:30"), utc("2026-10-25 01:30"))


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata"])
def test_the_clock_of_the_server_does_not_matter(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """T028."""
    at, late = paris("2027-02-01 10:00:00"), paris("2027-02-01 20:00:00")
    before = judged(at), judged(late)
    monkeypatch.setenv("TZ", zone)
    time_module.tzset()
    try:
        assert (judged(at), judged(late)) == before
    finally:
        monkeypatch.undo()
        time_module.tzset()


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        judged(datetime(2027, 2, 1, 10, 0))  # noqa: DTZ001


def test_another_offset_is_the_same_instant() -> None:
    at = paris("2027-02-01 10:00:00")
    assert judged(at) == judged(at.astimezone(UTC))


HOLIDAYS = [
    pytest.param("+590590123456", "MF", "2027-05-27 15:00", True, id="saint-martin-27-may"),
    pytest.param("+590590123456", "MF", "2027-05-28 15:00", True, id="saint-martin-28-may-too"),
    pytest.param("+590590123456", None, "2027-05-28 15:00", True, id="590-takes-the-days-of-all-three"),
    pytest.param("+590590123456", "GP", "2027-05-28 15:00", False, id="guadeloupe-stated"),
    pytest.param("+596596123456", None, "2027-05-22 15:00", True, id="martinique"),
    pytest.param("+594594123456", None, "2027-06-10 15:00", True, id="guyane"),
    pytest.param("+262262123456", None, "2027-12-20 08:00", True, id="la-reunion"),
    pytest.param("+262269612345", None, "2027-04-27 08:00", True, id="mayotte"),
    pytest.param("+590590123456", "BL", "2026-10-09 15:00", True, id="saint-barth"),
    pytest.param("+33199000001", None, "2027-05-27 10:00", False, id="not-in-paris"),
]


@pytest.mark.parametrize(("number", "territory", "at", "blocked"), HOLIDAYS)
def test_local_holidays_block_where_the_callee_may_be(
    number: str, territory: str | None, at: str, blocked: bool
) -> None:
    assert ("HOLIDAY" in codes(utc(at), number=PhoneNumber(number), territory=territory)) is blocked


def test_the_eleven_national_holidays_block() -> None:
    days = ["01-01", "03-29", "05-01", "05-06", "05-08", "05-17", "07-14", "08-15", "11-01", "11-11", "12-25"]
    assert all("HOLIDAY" in codes(paris(f"2027-{day} 11:00:00")) for day in days)


@pytest.mark.parametrize(
    ("profile", "number", "at", "expected"),
    [
        pytest.param("us-tcpa", "+12125550123", "2027-02-02 12:59:59", OUT, id="US-08-before-8"),
        pytest.param("us-tcpa", "+12125550123", "2027-02-02 13:00:00", set(), id="US-08-at-8"),
        pytest.param("us-tcpa", "+12125550123", "2027-02-03 02:00:00", OUT, id="US-08-at-21"),
        pytest.param("us-tcpa", "+13055550123", "2027-02-03 01:30:00", OUT, id="florida-closes-at-20"),
        pytest.param(
            "us-tcpa", "+12155550123", "2027-02-07 17:00:00", OUT, id="pennsylvania-rests-on-sunday"
        ),
        pytest.param(
            "us-tcpa", "+16025550123", "2027-07-06 15:00:00", set(), id="T029-arizona-no-summer-time"
        ),
        pytest.param("us-tcpa", "+16025550123", "2027-07-06 14:30:00", OUT, id="T029-arizona-before-8"),
        pytest.param("us-tcpa", "+12085550123", "2027-02-02 15:30:00", OUT, id="T029-idaho-spans-two-zones"),
        pytest.param("us-tcpa", "+12085550123", "2027-02-02 16:00:00", set(), id="T029-idaho-both-open"),
        pytest.param("uk-pecr", "+442079460018", "2027-02-06 09:00:00", set(), id="UK-06-saturday"),
        pytest.param("uk-pecr", "+442079460018", "2027-02-07 12:00:00", OUT, id="UK-06-sunday"),
        pytest.param("uk-pecr", "+442079460018", "2027-05-03 11:00:00", {"HOLIDAY"}, id="UK-06-bank-holiday"),
        pytest.param("ca-adad", "+14165550123", "2027-02-03 02:29:00", set(), id="CA-07-weekday-evening"),
        pytest.param("ca-adad", "+14165550123", "2027-02-06 14:59:59", OUT, id="CA-07-saturday-early"),
        pytest.param("ca-adad", "+14165550123", "2027-02-06 15:00:00", set(), id="CA-07-saturday"),
        pytest.param(
            "ca-adad", "+17095550123", "2027-02-02 13:00:00", set(), id="T024-newfoundland-both-open"
        ),
        pytest.param(
            "ca-adad", "+17095550123", "2027-02-02 12:59:59", OUT, id="T024-newfoundland-halifax-shut"
        ),
    ],
)
def test_other_profiles_have_their_own_hours(profile: str, number: str, at: str, expected: set[str]) -> None:
    own = {"us-tcpa": "+12025550199", "uk-pecr": "+442079460999", "ca-adad": "+14165550199"}[profile]
    told = campaign(profile=profile, caller_id=own, purpose="survey")
    agreed = (consent(purpose="survey", windows=()),)
    assert codes(utc(at), campaign=told, consents=agreed, number=PhoneNumber(number)) == expected


@pytest.mark.parametrize(
    ("profile", "number", "moment", "evening"),
    [
        pytest.param("us-tcpa", "+12125550123", "2027-02-02 18:00", "2027-02-03 03:00:00", id="us-after-21"),
        pytest.param("uk-pecr", "+442079460018", "2027-02-02 12:00", "2027-02-07 12:00:00", id="uk-sunday"),
        pytest.param(
            "ca-adad", "+14165550123", "2027-02-02 18:00", "2027-02-03 03:00:00", id="ca-after-21:30"
        ),
    ],
)
def test_elsewhere_an_appointment_limits_a_consent_and_opens_no_other_hours(
    profile: str, number: str, moment: str, evening: str
) -> None:
    own = {"us-tcpa": "+12025550199", "uk-pecr": "+442079460999", "ca-adad": "+14165550199"}[profile]
    told = campaign(profile=profile, caller_id=own, purpose="survey")

    def at(instant: datetime, appointment: str) -> set[str]:
        agreed = consent(purpose="survey", windows=(), appointment_at=utc(appointment))
        return codes(instant, campaign=told, consents=(agreed,), number=PhoneNumber(number))

    assert at(utc(moment), moment) == set()
    assert at(utc(moment) + timedelta(minutes=11), moment) == {"OUT_OF_CONSENT_WINDOW"}
    assert at(utc(evening), evening) == {"OUT_OF_LEGAL_HOURS"}


def test_nobody_is_called_while_a_call_to_them_goes_on() -> None:
    busy = (attempt(paris("2026-12-01 10:00:00"), alive=True, campaign_id="c2"),)
    assert codes(paris("2027-02-01 11:00:00"), attempts=busy) == {"RECALL_TOO_SOON"}


def test_a_number_whose_zone_nobody_knows_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """T025."""
    monkeypatch.setattr("dialer.domain.numbers.number_plan.time_zones_for_number", lambda _: ("Etc/Unknown",))
    told = campaign(profile="us-tcpa", caller_id="+12025550199", purpose="survey")
    agreed = (consent(purpose="survey", windows=()),)
    unknown = PhoneNumber("+12135550177")
    found = codes(utc("2027-02-02 20:00"), campaign=told, consents=agreed, number=unknown)
    assert found == {"UNKNOWN_TIMEZONE"}
