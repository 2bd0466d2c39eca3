"""The recount's clocks, holidays and silences are those of the rules themselves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.inspection import terms_of
from dialer.domain.rulepacks.public_holidays import local_holiday
from dialer.verifier.approval import Approval, approval_in
from dialer.verifier.calendars import Clocks, holiday, legal, silence_of, within
from dialer.verifier.foundations import strange_terms
from dialer.verifier.people import Person
from tests.samples.campaigns import campaign
from tests.unit.decision.rule_samples import packs
from tests.unit.inspection.inspected_samples import CAMPAIGN, SCRIPT, ZONES, terms

TERMS = terms()
ELECTION = {"id": "mun-2027", "poll_dates": {"default": "2027-04-18", "PF": "2027-04-17"}}


@given(st.sampled_from(sorted(ZONES.values())), st.integers(0, 90 * 24 * 60))
def test_wall_clocks_are_those_of_the_zone_over_a_change_too(zone: str, minutes: int) -> None:
    at = datetime(2027, 1, 31, 23, tzinfo=UTC) + timedelta(minutes=minutes)
    local = Clocks(TERMS["zones"]).local(at, zone)
    assert local == at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"sponsor": "another"}, ["names another sponsor than the campaign"]),
        ({"script": "e" * 64}, ["names another script than the approved"]),
        ({"ends_at": "2027-06-01T00:00:00+02:00"}, ["has another ends_at than the campaign"]),
        ({"zones": {"Europe/Nowhere": [[0, 7200]]}}, []),
        (
            {"zones": {"Europe/Paris": [[1801353600, 7200]]}},
            ["has 7200 s for Europe/Paris at 1801353600, where this machine has 3600 s"],
        ),
    ],
)
def test_terms_that_do_not_follow_from_the_approved_campaign_are_named(
    change: dict[str, object], said: list[str]
) -> None:
    definition = {
        "sponsor": {"id": TERMS["sponsor"]},
        "starts_at": TERMS["starts_at"],
        "ends_at": TERMS["ends_at"],
    }
    approval = Approval("a" * 64, SCRIPT, strayed=False)
    assert list(strange_terms(TERMS | change, definition, approval)) == said


def test_an_approval_is_followed_through_later_acts() -> None:
    def act(kind: str, definition: str) -> dict[str, object]:
        return {"kind": kind, "body": {"definition": definition, "script": SCRIPT}}

    created, approved, started = (act(f"campaign.{verb}", "a") for verb in ("create", "approve", "start"))
    assert approval_in([created]) is None
    assert approval_in([created, approved, started]) == Approval("a", SCRIPT, strayed=False)
    moved = act("campaign.poll_dates", "b")
    assert approval_in([created, approved, moved, act("campaign.start", "b")]) == Approval(
        "b", SCRIPT, strayed=False
    )
    strayed = approval_in([created, approved, act("campaign.start", "b"), {"kind": "x", "body": {}}])
    assert strayed == Approval("a", SCRIPT, strayed=True)


def test_holidays_of_all_and_of_a_territory_are_told_apart() -> None:
    assert "2027-03-29" in TERMS["holidays"]["*"]
    mayotte = datetime(2027, 4, 27, tzinfo=UTC).date()
    assert TERMS["holidays"]["YT"]["2027-04-27"] == local_holiday("YT", mayotte)
    assert "2027-04-27" not in TERMS["holidays"]["*"]


def person(*territories: str) -> Person:
    return Person(None, territories, None, (), (), ())


def test_silence_is_that_of_the_strictest_territory() -> None:
    told = terms(election=ELECTION | {"freeze_mode": "per_territory"})
    found = {code: silence_of(told, person(*code.split("/"))) for code in ("FR", "PF", "FR/PF")}
    limits = {code: silence[0].isoformat() for code, silence in found.items() if silence and silence[0]}
    assert limits == {
        "FR": "2027-04-16T22:00:00+00:00",
        "PF": "2027-04-16T09:00:00+00:00",
        "FR/PF": "2027-04-16T09:00:00+00:00",
    }
    assert silence_of(TERMS, person("FR")) is None


def test_one_limit_for_all_holds_everywhere() -> None:
    told = terms(election=ELECTION)
    assert {silence["limit"] for silence in told["silences"].values()} == {"2027-04-15T22:00:00+00:00"}


def test_hours_that_cross_midnight_belong_to_the_day_they_start_on() -> None:
    slot = [{"days": ["fri"], "start": "22:00:00", "end": "02:00:00", "crosses_midnight": True}]
    friday = datetime(2027, 2, 5, 22)  # noqa: DTZ001 - a wall clock
    open_at = {hours: within(slot, friday + timedelta(hours=hours)) for hours in (-1, 0, 3, 4, 24)}
    assert open_at == {-1: False, 0: True, 3: True, 4: False, 24: False}


def test_hours_until_midnight_end_with_the_day() -> None:
    slot = [{"days": ["fri"], "start": "20:00:00", "end": "00:00:00"}]
    friday = datetime(2027, 2, 5, 23, 59)  # noqa: DTZ001 - a wall clock
    assert [within(slot, friday + timedelta(minutes=minutes)) for minutes in (0, 1)] == [True, False]


AMERICAN = packs().titled("us-tcpa@2023-07-20.1")


@pytest.mark.parametrize(
    ("area", "day", "name"),
    [
        ("617", "2027-04-19", "Patriots' Day in MA"),
        ("212", "2027-04-19", None),
        (None, "2027-04-19", None),
        ("212", "2027-05-31", "Memorial Day"),
    ],
)
def test_the_recount_knows_the_holidays_of_an_area_codes_state(
    area: str | None, day: str, name: str | None
) -> None:
    assert AMERICAN is not None
    changes = {"starts_at": "2027-03-01T09:00:00-05:00", "ends_at": "2027-06-30T09:00:00-04:00"}
    told = terms_of(campaign(CAMPAIGN, **changes), [AMERICAN], [], datetime(2027, 7, 1, tzinfo=UTC))
    pack = AMERICAN.model_dump(mode="json", exclude_defaults=True)
    callee = Person(None, ("US",), area, (), (), ())
    assert holiday(told, pack, callee, datetime.fromisoformat(day + "T12:00")) == name


def test_the_recount_knows_the_two_days_of_alsace_and_moselle() -> None:
    pack = {"holidays": {"local": True, "national": "FR"}}
    good_friday = datetime.fromisoformat("2027-03-26T12:00")
    assert holiday(TERMS, pack, person("FR", "FR-67"), good_friday) == "Good Friday in FR-67"
    assert holiday(TERMS, pack, person("FR"), good_friday) is None


@pytest.mark.parametrize(("area", "open_at_eight"), [("617", True), ("415", False), (None, True)])
def test_a_region_without_hours_of_its_own_has_those_of_its_pack(
    area: str | None, open_at_eight: bool
) -> None:
    assert AMERICAN is not None
    pack = AMERICAN.model_dump(mode="json", exclude_defaults=True)
    callee = Person(None, ("US",), area, (), (), ())
    assert legal(pack, callee, datetime.fromisoformat("2027-02-01T08:30")) is open_at_eight
