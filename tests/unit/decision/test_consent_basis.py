"""Substitutes of an opt-in, and their ends (T062, FC-08 to FC-10)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dialer.domain.consent import Basis
from dialer.domain.preflight.campaign_checks import check_definition
from dialer.domain.rulepacks.public_holidays import after_working_days
from tests.unit.decision.rule_samples import (
    campaign,
    codes,
    commercial,
    consent,
    judged,
    packs,
    paris,
    utc,
    withdrawal,
)

ABOUT = "entretien de la chaudière"
AT = paris("2027-02-01 11:00:00")
ENDS = AT + timedelta(days=30)


def contract(**changes: Any) -> Any:
    keys = {"purpose": ABOUT, "basis": Basis.CONTRACT, "windows": (), "act": None, "expires_at": ENDS}
    return consent(**(keys | {"given_at": utc("2020-01-01 08:00")} | changes))


def request(given_at: datetime, **changes: Any) -> Any:
    return contract(**({"basis": Basis.REQUEST, "given_at": given_at, "expires_at": None} | changes))


def of_customers(**changes: Any) -> Any:
    return commercial(
        **({"purpose": ABOUT, "basis": "contract", "sector": "renovation_energetique"} | changes)
    )


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(AT, set(), id="while-it-runs"),
        pytest.param(ENDS - timedelta(seconds=1), set(), id="its-last-second"),
        pytest.param(ENDS, {"CONSENT_EXPIRED"}, id="T062-after-its-end"),
    ],
)
def test_a_contract_carries_calls_from_its_start_to_its_end(at: datetime, expected: set[str]) -> None:
    """Even in a forbidden sector, and after more than a year."""
    assert codes(at, campaign=of_customers(), consents=(contract(),)) == expected


def test_a_contract_that_has_not_begun_carries_none() -> None:
    to_come = contract(given_at=AT + timedelta(seconds=1))
    assert codes(AT, campaign=of_customers(), consents=(to_come,)) == {"CONSENT_PROOF"}


def test_the_end_of_a_contract_is_told_with_its_rule() -> None:
    (reason,) = judged(ENDS, campaign=of_customers(), consents=(contract(),)).reasons
    assert reason.detail == "the contract ended on 2027-03-03T10:00:00+00:00 (FC-08)"
    last = judged(ENDS - timedelta(minutes=5), campaign=of_customers(), consents=(contract(),))
    assert last.permit_until == ENDS


@pytest.mark.parametrize(
    ("told", "given", "expected"),
    [
        pytest.param(
            of_customers(), consent(purpose=ABOUT), {"NO_CONSENT"}, id="T061-an-opt-in-is-no-contract"
        ),
        pytest.param(commercial(purpose=ABOUT), contract(), {"NO_CONSENT"}, id="a-contract-is-no-opt-in"),
        pytest.param(of_customers(basis="request"), contract(), {"NO_CONSENT"}, id="nor-a-request"),
        pytest.param(
            of_customers(), contract(purpose="panneaux"), {"CONSENT_PURPOSE"}, id="about-something-else"
        ),
        pytest.param(of_customers(), contract(sponsor="other"), {"CONSENT_SPONSOR"}, id="of-another"),
        pytest.param(
            of_customers(), contract(channel="phone"), {"CONSENT_CHANNEL"}, id="FC-19-no-machine-agreed"
        ),
        pytest.param(of_customers(), contract(expires_at=None), {"CONSENT_PROOF"}, id="no-end-on-record"),
        pytest.param(of_customers(), contract(proof=""), {"CONSENT_PROOF"}, id="no-reference"),
    ],
)
def test_a_contract_is_good_for_what_it_is_about_alone(told: Any, given: Any, expected: set[str]) -> None:
    assert codes(AT, campaign=told, consents=(given,)) == expected


def test_who_withdraws_is_not_called_for_the_contract_either() -> None:
    events = (contract(), withdrawal(utc("2026-12-01 08:00")))
    assert codes(AT, campaign=of_customers(), consents=events) == {"CONSENT_WITHDRAWN"}


def test_legal_hours_are_the_same_for_customers() -> None:
    lunch = paris("2027-02-01 13:30:00")
    assert codes(lunch, campaign=of_customers(), consents=(contract(),)) == {"OUT_OF_LEGAL_HOURS"}


@pytest.mark.parametrize("basis", ["contract", "request"])
def test_only_the_commercial_pack_of_2026_knows_other_bases(basis: str) -> None:
    told = of_customers(basis=basis)
    assert check_definition(told, packs(), AT) == ()
    old = paris("2026-08-10 11:00:00")
    given = contract() if basis == "contract" else request(utc("2026-08-10 08:00"))
    assert codes(old, campaign=told, consents=(given,)) == {"NO_CONSENT", "SECTOR"}
    political = campaign(basis=basis)
    assert [problem.where for problem in check_definition(political, packs(), AT)] == ["basis"]
    assert codes(AT, campaign=political) == {"NO_CONSENT"}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2027-02-08 10:59:59", set(), id="the-last-second"),
        pytest.param("2027-02-08 11:00:00", {"CONSENT_EXPIRED"}, id="FC-10-five-working-days-later"),
    ],
)
def test_who_asked_to_be_called_back_is_called_for_five_working_days(at: str, expected: set[str]) -> None:
    """Asked on a Tuesday: Wednesday to Saturday are four, Monday is the fifth."""
    asked = request(paris("2027-02-02 11:00:00"))
    told = of_customers(basis="request", call={"ring_timeout_s": 5})
    assert codes(paris(at), campaign=told, consents=(asked,)) == expected


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("2027-02-01 10:00", "2027-02-06 10:00", id="monday-to-saturday"),
        pytest.param("2027-02-05 10:00", "2027-02-11 10:00", id="over-a-sunday"),
        pytest.param("2027-03-26 10:00", "2027-04-02 10:00", id="over-easter-monday"),
        pytest.param("2027-05-03 10:00", "2027-05-11 10:00", id="over-ascension-and-the-8th-of-may"),
    ],
)
def test_working_days_leave_out_sundays_and_holidays(start: str, end: str) -> None:
    assert after_working_days(utc(start), 5, "FR") == utc(end)


def test_a_request_may_be_shorter_but_not_longer() -> None:
    asked, told = paris("2027-02-02 11:00:00"), of_customers(basis="request")
    short = request(asked, expires_at=asked + timedelta(days=1))
    assert codes(asked + timedelta(days=1), campaign=told, consents=(short,)) == {"CONSENT_EXPIRED"}
    long = request(asked, expires_at=asked + timedelta(days=90))
    assert codes(asked + timedelta(days=7), campaign=told, consents=(long,)) == {"CONSENT_EXPIRED"}
