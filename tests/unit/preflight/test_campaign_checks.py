"""Refusals when a campaign is made, and when it is approved (T031 to T043, T089 to T094)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from dialer.domain.base.types import PhoneNumber
from dialer.domain.decision.facts import AuthorisedCallerId, TrunkFacts
from dialer.domain.oppositions.suppression import ListStanding
from dialer.domain.preflight.campaign_checks import (
    check_approval,
    check_definition,
    language_problems,
    reminders,
)
from dialer.settings import TrunkSettings
from tests.unit.decision.rule_samples import LOOPBACK, campaign, commercial, election, packs, utc

NOW = utc("2027-01-15 09:00")


def places(definition: Any) -> set[str]:
    return {problem.where for problem in check_definition(definition, packs(), NOW)}


def test_a_sound_campaign_has_no_problem() -> None:
    assert places(campaign(election=election())) == set()
    assert places(commercial()) == set()


@pytest.mark.parametrize(
    "number",
    [
        "+33612345678",
        "+33712345678",
        "+33199000001",
        "+33937123456",
        "+33912345678",
        "+442079460018",
        "+33800123456",
    ],
)
def test_ordinary_mobile_platform_and_foreign_numbers_are_not_presented(number: str) -> None:
    """T089."""
    assert "caller_id" in places(campaign(caller_id=number))
    assert "caller_ids.FR" in places(campaign(caller_ids={"FR": number}))


@pytest.mark.parametrize("name", ["9main", "Main", "default/../x", "default,ib(x^y^1)", "a b", "x" * 33, "é"])
def test_a_name_that_no_trunk_can_have_is_refused_with_the_file(name: str) -> None:
    (problem,) = check_definition(campaign(trunk=name), packs(), NOW)
    assert problem.where == "trunk"
    assert "\n" not in str(problem)
    with pytest.raises(ValidationError):
        TrunkSettings(name=name, pbx=("pbx1",), host="127.0.0.1:5080")


@pytest.mark.parametrize("number", ["anonymous", "", "0162000001", "+33", "+33 1 62 00 00 01"])
def test_a_masked_or_misspelt_caller_id_is_none(number: str) -> None:
    """T089."""
    with pytest.raises(ValidationError):
        campaign(caller_id=number)


def sponsored(number: str, **changes: Any) -> Any:
    sponsor = {
        "id": "s",
        "name": "S",
        "postal_address": "Paris",
        "email": "a@b.example",
        "callback_number": number,
    }
    return campaign(**({"sponsor": sponsor} | changes))


def test_no_free_number_is_made_known_before_an_election() -> None:
    """T094, FP-14."""
    assert places(sponsored("+33800123456", election=election())) == {"sponsor.callback_number"}
    assert places(sponsored("+33800123456")) == set()
    assert places(sponsored("+590805123456", election=election())) == {"sponsor.callback_number"}


@pytest.mark.parametrize("number", ["+33811123456", "+33820123456", "+33899123456"])
def test_a_premium_callback_is_refused(number: str) -> None:
    """FC-21, FP-15."""
    assert places(sponsored(number)) == {"sponsor.callback_number"}


def test_an_american_message_on_a_machine_needs_a_free_callback() -> None:
    """T094, US-07."""
    told = {"profile": "us-tcpa", "caller_id": "+12025550199", "purpose": "survey"}
    assert places(sponsored("+12025550199", machine={"mode": "message"}, **told)) == {
        "sponsor.callback_number"
    }
    assert places(sponsored("+18005550199", machine={"mode": "message"}, **told)) == set()
    assert places(sponsored("+12025550199", **told)) == set()


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        pytest.param("+14165550199", False, id="CA-04-local"),
        pytest.param("+18005550199", False, id="CA-04-toll-free"),
        pytest.param("+33162000001", True, id="CA-04-french"),
        pytest.param("+12025550199", True, id="CA-04-american"),
        pytest.param("+19005550199", True, id="CA-04-premium"),
    ],
)
def test_a_canadian_callback_is_local_or_free(number: str, wrong: bool) -> None:
    told = {"profile": "ca-adad", "caller_id": "+14165550199", "purpose": "survey"}
    assert ("sponsor.callback_number" in places(sponsored(number, **told))) is wrong


@pytest.mark.parametrize(
    ("definition", "where"),
    [
        pytest.param(campaign(profile="fr-unknown"), "profile", id="unknown-profile"),
        pytest.param(campaign(purpose="commercial"), "purpose", id="political-profile-commercial-purpose"),
        pytest.param(commercial(purpose="political"), "purpose", id="commercial-profile-political-purpose"),
        pytest.param(
            campaign(purpose="political:leg-2027", election=election()),
            "purpose",
            id="purpose-of-another-election",
        ),
        pytest.param(commercial(sector="energy_renovation"), "sector", id="T061-forbidden-sector"),
        pytest.param(
            campaign(election=election(poll_dates={"default": date(2027, 4, 18), "XX": date(2027, 4, 17)})),
            "election.poll_dates.XX",
            id="unknown-territory",
        ),
        pytest.param(
            campaign(starts_at=utc("2027-05-01 00:00"), election=election()),
            "election.poll_dates",
            id="election-over",
        ),
        pytest.param(
            campaign(profile="us-tcpa", caller_id="+12025550199", call={"ring_timeout_s": 14}),
            "call.ring_timeout_s",
            id="US-10-short-ring",
        ),
        pytest.param(campaign(profile="uk-pecr", caller_id="+447911123456"), "caller_id", id="UK-07"),
        pytest.param(campaign(caller_ids={"GB": "+442079460018"}), "caller_ids.GB", id="foreign-territory"),
    ],
)
def test_what_the_file_shows_to_be_wrong_is_named(definition: Any, where: str) -> None:
    assert where in places(definition)


def approval(definition: Any, *territories: str, trunk: TrunkFacts = LOOPBACK) -> set[str]:
    """Check the approval. `territories`: of one person each, `RE YT` where both are possible."""
    places = frozenset(tuple(codes.split()) for codes in territories)
    return {problem.where for problem in check_approval(definition, packs(), trunk, places, (), NOW)}


def test_lists_that_a_pack_requires_must_be_there_where_real_people_are_called() -> None:
    """US-12, US-13."""
    shown = PhoneNumber("+12025550199")
    told = campaign(profile="us-tcpa", caller_id=shown, purpose="survey")
    real = TrunkFacts("default", loopback=False, caller_ids=(AuthorisedCallerId(shown, None),))

    def complaints(*lists: ListStanding, trunk: TrunkFacts = real) -> list[str]:
        problems = check_approval(told, packs(), trunk, frozenset({("US",)}), lists, NOW)
        assert {problem.where for problem in problems} <= {"lists"}
        return [problem.detail for problem in problems]

    dnc, lines = (
        ListStanding(name, NOW - timedelta(1), NOW + timedelta(1), holds=False)
        for name in ("us-national-dnc", "us-protected-lines")
    )
    assert complaints(dnc, lines) == complaints(trunk=LOOPBACK) == []
    assert complaints(dnc) == ["the list us-protected-lines, which us-tcpa requires, was never imported"]
    (old,) = complaints(replace(dnc, valid_to=NOW), lines)
    assert old.endswith(f"is valid until {NOW.isoformat()} only")


def test_a_poll_date_must_be_known_for_every_territory_of_the_list() -> None:
    """T039."""
    listed = campaign(
        election=election(poll_dates={"FR": date(2027, 4, 18)}), caller_ids={"RE": "+262947900001"}
    )
    assert approval(listed, "FR") == set()
    assert approval(listed, "FR", "RE") == {"election.poll_dates"}
    assert approval(listed, "FR", "RE YT") == {"election.poll_dates"}
    both = campaign(
        election=election(poll_dates=dict.fromkeys(("FR", "RE"), date(2027, 4, 18))),
        caller_ids={"RE": "+262947900001"},
    )
    assert approval(both, "FR", "RE") == set()
    assert approval(both, "FR", "RE YT") == {"election.poll_dates"}
    local = {"poll_dates": {"FR": date(2027, 4, 18)}, "scope": "listed"}
    by_election = campaign(election=election(**local), caller_ids={"RE": "+262947900001"})
    assert approval(by_election, "FR", "RE") == set()


def test_the_list_needs_a_number_to_present_everywhere_and_stays_inside_the_profile() -> None:
    assert approval(campaign(), "MQ") == {"caller_ids"}
    assert approval(campaign(caller_ids={"MQ": "+596947700001"}), "MQ", "PM") == set()
    assert approval(campaign(), "RE YT") == {"caller_ids"}
    assert approval(campaign(caller_ids={"YT": "+262947800001"}), "RE YT") == set()
    assert approval(campaign(), "GB") == {"contacts"}


def test_the_trunk_and_the_dates_are_checked_at_approval() -> None:
    assert approval(campaign(), "FR", trunk=TrunkFacts("default", loopback=False, caller_ids=())) == {
        "caller_id"
    }
    assert approval(campaign(ends_at=NOW), "FR") == {"ends_at"}


def test_everybody_is_spoken_to_in_the_language_in_which_they_agreed() -> None:
    (problem,) = language_problems(campaign(), {"fr", "fr-FR", "FR-ca", "en-GB"})
    assert "agreed in en-GB" in problem.detail


@pytest.mark.parametrize(
    ("definition", "rules"),
    [
        pytest.param(campaign(), ["FP-06", "FP-36"], id="no-election"),
        pytest.param(campaign(election=election()), ["FP-06", "FP-35", "FP-36"], id="election"),
        pytest.param(commercial(), ["FC-22", "FC-26"], id="sales"),
        pytest.param(campaign(profile="us-tcpa"), ["US-12"], id="american"),
        pytest.param(campaign(profile="ca-adad", election=election()), ["CA-03", "CA-10"], id="canadian"),
        pytest.param(campaign(profile="fr-unknown"), [], id="no-pack"),
    ],
)
def test_what_no_machine_can_check_people_are_reminded_of(definition: Any, rules: list[str]) -> None:
    assert [one.rule for one in reminders(definition, packs(), NOW)] == rules
