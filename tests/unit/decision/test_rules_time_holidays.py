"""Local holidays: they block where the callee may be there (docs/rules/readings.md#holidays).

A territory, an area of one, or an area code shows where that is.
"""

import pytest

from dialer.adapters.home.rulepacks import read_pack
from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import PhoneNumber
from dialer.domain.numbers.callee_location import place_of
from tests.unit.decision.rule_samples import campaign, codes, commercial, consent, paris, utc
from tests.unit.rulepacks.test_rulepack import AMERICAN

GOOD_FRIDAY, ST_STEPHEN = "2027-03-26 11:00:00", "2028-12-26 11:00:00"


@pytest.mark.parametrize("at", [GOOD_FRIDAY, ST_STEPHEN], ids=["good-friday", "26-december"])
@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param("FR-57", {"HOLIDAY"}, id="moselle"),
        pytest.param("FR-67", {"HOLIDAY"}, id="bas-rhin"),
        pytest.param("FR-68", {"HOLIDAY"}, id="haut-rhin"),
        pytest.param("FR", set(), id="elsewhere-in-france"),
        pytest.param(None, set(), id="no-number-tells"),
    ],
)
def test_alsace_and_moselle_keep_their_two_days(at: str, stated: str | None, expected: set[str]) -> None:
    agreed = (consent(territory=stated, given_at=utc("2026-12-30 08:00")),)
    assert codes(paris(at), territory=stated, consents=agreed) == expected
    sales = (consent(purpose="commercial", given_at=paris(at).replace(month=1)),)
    assert codes(paris(at), territory=stated, campaign=commercial(), consents=sales) == expected


def test_an_area_stated_with_one_consent_is_enough_to_block() -> None:
    agreed = (consent(territory="FR"), consent(territory="FR-67"))
    assert codes(paris(GOOD_FRIDAY), territory="FR", consents=agreed) == {"HOLIDAY"}


def test_on_every_other_day_an_area_is_its_territory() -> None:
    assert codes(paris("2027-02-01 11:00:00"), territory="FR-67") == set()


@pytest.mark.parametrize(
    ("postcode", "place"),
    [
        ("75004", "FR"),
        ("01000", "FR"),
        ("20000", "FR"),
        ("57000", "FR-57"),
        ("67000", "FR-67"),
        ("68100", "FR-68"),
        ("97110", "GP"),
        ("97133", "BL"),
        ("97150", "MF"),
        ("97200", "MQ"),
        ("97300", "GF"),
        ("97400", "RE"),
        ("97500", "PM"),
        ("97600", "YT"),
        ("98600", "WF"),
        ("98713", "PF"),
        ("98800", "NC"),
    ],
)
def test_a_postcode_tells_the_territory(postcode: str, place: str) -> None:
    assert place_of(postcode) == place


@pytest.mark.parametrize(
    "postcode",
    ["", "7500", "750004", "2A000", "00100", "96000", "98000", "99123", "\N{FULLWIDTH DIGIT SEVEN}5004"],
)
def test_what_is_no_french_postcode_is_none(postcode: str) -> None:
    with pytest.raises(ValueError, match=r"five digits|no French department"):
        place_of(postcode)


@pytest.mark.parametrize(
    ("number", "at", "expected"),
    [
        pytest.param("+16175550123", "2027-04-19 16:00:00", {"HOLIDAY"}, id="patriots-day-in-massachusetts"),
        pytest.param("+12125550123", "2027-04-19 16:00:00", set(), id="not-in-new-york"),
        pytest.param("+12125550123", "2027-02-12 16:00:00", {"HOLIDAY"}, id="lincoln-in-new-york"),
        pytest.param("+13055550123", "2027-02-12 16:00:00", set(), id="not-in-florida"),
        pytest.param("+13055550123", "2027-11-26 16:00:00", {"HOLIDAY"}, id="after-thanksgiving-in-florida"),
        pytest.param("+16175550123", "2027-07-05 16:00:00", {"HOLIDAY"}, id="federal-everywhere"),
    ],
)
def test_state_holidays_block_by_area_code(number: str, at: str, expected: set[str]) -> None:
    """US-08: state lists."""
    told = campaign(profile="us-tcpa", caller_id="+12025550199", purpose="survey")
    agreed = (consent(purpose="survey", windows=()),)
    assert codes(utc(at), campaign=told, consents=agreed, number=PhoneNumber(number)) == expected


def test_a_pack_whose_regions_have_no_known_holidays_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no holidays are known of 'XX'"):
        read_pack("mine.toml", AMERICAN.replace('name = "AK"', 'name = "XX"'))
