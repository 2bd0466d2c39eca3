"""Cases T045 to T063: the demands on a consent that carries a call."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from dialer.domain.consent import ConsentAct, ConsentedWindow
from dialer.domain.oppositions.suppression import OppositionChannel
from tests.unit.decision.rule_samples import (
    EVERY_DAY,
    campaign,
    codes,
    commercial,
    consent,
    election,
    judged,
    opposition,
    paris,
    utc,
    withdrawal,
)

AT = paris("2027-02-01 11:00:00")
WITHDRAWN_AT = utc("2026-10-01 08:00")

ONE_FAULT: list[Any] = [
    pytest.param({"consents": ()}, {"NO_CONSENT"}, id="T045"),
    pytest.param({"on_list": False}, {"NO_CONSENT"}, id="not-on-this-list"),
    pytest.param({"consents": (consent(sponsor="other"),)}, {"CONSENT_SPONSOR"}, id="T046"),
    pytest.param(
        {"consents": (consent(sponsor="Liste-Demo"),)}, {"CONSENT_SPONSOR"}, id="ids-compare-as-written"
    ),
    pytest.param({"consents": (consent(purpose="commercial"),)}, {"CONSENT_PURPOSE"}, id="T047"),
    pytest.param({"consents": (consent(channel="phone"),)}, {"CONSENT_CHANNEL"}, id="T048"),
    pytest.param(
        {"consents": (consent(given_at=AT + timedelta(seconds=1)),)}, {"CONSENT_PROOF"}, id="T050-future"
    ),
    pytest.param({"consents": (consent(proof=" "),)}, {"CONSENT_PROOF"}, id="empty-proof"),
    pytest.param({"consents": (consent(source=""),)}, {"CONSENT_PROOF"}, id="empty-source"),
    pytest.param({"consents": (consent(windows=()),)}, {"CONSENT_NO_WINDOW"}, id="FP-02-no-window"),
    pytest.param({"consents": (consent(), withdrawal(WITHDRAWN_AT))}, {"CONSENT_WITHDRAWN"}, id="T051"),
    pytest.param(
        {"consents": (consent(), withdrawal(WITHDRAWN_AT, None))}, {"CONSENT_WITHDRAWN"}, id="from-everybody"
    ),
    pytest.param(
        {"consents": (consent(), withdrawal(AT + timedelta(days=9)))},
        {"CONSENT_WITHDRAWN"},
        id="todays-withdrawals",
    ),
    pytest.param({"consents": (consent(expires_at=AT),)}, {"CONSENT_EXPIRED"}, id="at-its-end"),
    pytest.param({"suppressions": (opposition(),)}, {"SUPPRESSED"}, id="T063-opposed"),
    pytest.param({"suppressions": (opposition(None),)}, {"SUPPRESSED"}, id="opposed-to-everybody"),
    pytest.param({"source_class": None}, {"PROVENANCE"}, id="FP-30-unknown-origin"),
    pytest.param(
        {"consents": (consent(sponsor="other", purpose="commercial", channel="sms"),)},
        {"CONSENT_SPONSOR", "CONSENT_PURPOSE", "CONSENT_CHANNEL"},
        id="no-reason-hides-another",
    ),
    pytest.param(
        {"consents": (consent(proof="", expires_at=AT), withdrawal(WITHDRAWN_AT))},
        {"CONSENT_PROOF", "CONSENT_EXPIRED", "CONSENT_WITHDRAWN"},
        id="three-faults-of-one-consent",
    ),
]


@pytest.mark.parametrize(("changes", "expected"), ONE_FAULT)
def test_a_consent_that_does_not_hold_is_named(changes: dict[str, Any], expected: set[str]) -> None:
    assert codes(AT, **changes) == expected


NO_FAULT: list[Any] = [
    pytest.param({"consents": (consent(purpose=" Political "),)}, id="case-and-spaces-do-not-matter"),
    pytest.param(
        {"consents": (consent(expires_at=AT + timedelta(seconds=1)),)}, id="a-second-before-its-end"
    ),
    pytest.param({"consents": (consent(given_at=AT),)}, id="given-at-that-very-instant"),
    pytest.param({"consents": (consent(), withdrawal(WITHDRAWN_AT, "other"))}, id="withdrawn-from-another"),
    pytest.param({"suppressions": (opposition("other"),)}, id="opposed-to-another"),
    pytest.param({"consents": (consent(sponsor="other"), consent())}, id="one-good-consent-is-enough"),
    pytest.param(
        {
            "consents": (
                consent(),
                withdrawal(WITHDRAWN_AT),
                consent(given_at=WITHDRAWN_AT + timedelta(seconds=1)),
            )
        },
        id="a-later-positive-act",
    ),
]


@pytest.mark.parametrize("changes", NO_FAULT)
def test_a_consent_that_holds_carries_the_call(changes: dict[str, Any]) -> None:
    assert codes(AT, **changes) == set()


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(consent(given_at=WITHDRAWN_AT + timedelta(days=1), act=None), id="no-positive-act"),
        pytest.param(consent(given_at=WITHDRAWN_AT), id="not-later"),
    ],
)
def test_after_a_withdrawal_only_a_later_positive_act_counts(later: Any) -> None:
    assert codes(AT, consents=(consent(), withdrawal(WITHDRAWN_AT), later)) == {"CONSENT_WITHDRAWN"}


@pytest.mark.parametrize("channel", list(OppositionChannel))
def test_an_opposition_counts_however_it_was_said(channel: OppositionChannel) -> None:
    """T063: also spoken to a person, or doubtfully heard by a machine."""
    said = replace(opposition(), channel=channel)
    assert codes(AT, suppressions=(said,)) == {"SUPPRESSED"}


def test_no_later_consent_lifts_an_opposition() -> None:
    later = consent(given_at=utc("2027-01-01 08:00"), act=ConsentAct.DOUBLE_OPT_IN)
    assert codes(AT, consents=(later,), suppressions=(opposition(),)) == {"SUPPRESSED"}


def test_a_consent_for_one_election_covers_that_one_only() -> None:
    only = (consent(purpose="political:PRES-2027"),)
    assert codes(AT, consents=only, campaign=campaign(election=election())) == set()
    assert codes(AT, consents=only, campaign=campaign(election=election(id="leg-2027"))) == {
        "CONSENT_PURPOSE"
    }
    assert codes(AT, consents=only) == {"CONSENT_PURPOSE"}
    assert codes(AT, campaign=campaign(purpose="political:pres-2027")) == set()


@pytest.mark.parametrize(
    ("told", "days"), [(commercial(), 365), (campaign(), 1095)], ids=["fr-commercial", "fr-political"]
)
def test_consents_end_after_their_longest_life_whatever_they_state(told: Any, days: int) -> None:
    given = AT - timedelta(days=days)
    agreed = consent(purpose=told.purpose, given_at=given, expires_at=AT + timedelta(days=999))
    assert codes(AT, campaign=told, consents=(agreed,)) == {"CONSENT_EXPIRED"}
    assert codes(AT - timedelta(seconds=1), campaign=told, consents=(agreed,)) == set()
    assert judged(AT - timedelta(seconds=1), campaign=told, consents=(agreed,)).permit_until == AT


def test_the_old_commercial_pack_knows_no_longest_life() -> None:
    agreed = consent(purpose="commercial", given_at=utc("2023-01-01 08:00"))
    at = paris("2026-08-10 11:00:00")
    assert codes(at, campaign=commercial(), consents=(agreed,)) == set()
    assert codes(at + timedelta(days=1), campaign=commercial(), consents=(agreed,)) == {"CONSENT_EXPIRED"}


SATURDAY = paris("2027-03-06 11:00:00")
MEETING = {"appointment_at": SATURDAY, "windows": (), "purpose": "commercial"}


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        pytest.param("2027-03-06 10:49:59", False, id="T059-too-early"),
        pytest.param("2027-03-06 10:50:00", True, id="T059-ten-minutes-before"),
        pytest.param("2027-03-06 11:00:00", True, id="T059-at"),
        pytest.param("2027-03-06 11:09:35", True, id="T059-last-ring"),
        pytest.param("2027-03-06 11:09:36", False, id="T059-rings-past"),
        pytest.param("2027-03-06 11:30:00", False, id="T059-half-past"),
        pytest.param("2027-03-08 11:00:00", False, id="alone-it-limits-the-consent-to-that-moment"),
    ],
)
def test_an_appointment_opens_its_ten_minutes_and_no_more(at: str, allowed: bool) -> None:
    decision = judged(paris(at), campaign=commercial(), consents=(consent(**MEETING),))
    assert decision.permitted is allowed


def test_an_appointment_was_as_strict_under_the_old_pack() -> None:
    saturday = paris("2026-03-07 11:00:00")
    agreed = consent(purpose="commercial", given_at=utc("2026-01-01 08:00"), appointment_at=saturday)
    told = {"campaign": commercial(), "consents": (agreed,)}
    assert codes(saturday, **told) == set()
    assert codes(saturday + timedelta(minutes=30), **told) == {"OUT_OF_LEGAL_HOURS"}
    assert codes(paris("2026-03-14 11:00:00"), **told) == {"OUT_OF_LEGAL_HOURS"}


def test_an_appointment_beside_windows_adds_to_them() -> None:
    agreed = (consent(purpose="commercial", windows=EVERY_DAY, appointment_at=SATURDAY),)
    assert codes(SATURDAY, campaign=commercial(), consents=agreed) == set()
    assert codes(paris("2027-03-08 11:00:00"), campaign=commercial(), consents=agreed) == set()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2027-03-06 11:00:00", set(), id="saturday"),
        pytest.param("2027-03-05 13:30:00", set(), id="lunch"),
        pytest.param("2027-03-29 11:00:00", set(), id="holiday"),
        pytest.param("2027-03-07 11:00:00", {"OUT_OF_LEGAL_HOURS"}, id="never-sunday"),
        pytest.param("2027-03-05 08:30:00", {"OUT_OF_LEGAL_HOURS"}, id="not-before-nine"),
        pytest.param("2027-03-05 20:30:00", {"OUT_OF_LEGAL_HOURS"}, id="not-after-eight"),
    ],
)
def test_political_appointments_keep_the_hard_bounds(at: str, expected: set[str]) -> None:
    agreed = consent(appointment_at=paris(at), windows=())
    assert codes(paris(at), consents=(agreed,)) == expected


def test_a_window_restricts_in_every_profile_and_only_politics_requires_one() -> None:
    evening = paris("2027-02-01 19:00:00")
    assert (
        codes(evening, campaign=commercial(), consents=(consent(purpose="commercial", windows=()),)) == set()
    )
    narrow = consent(purpose="commercial", windows=(ConsentedWindow(frozenset({0}), time(8), time(19)),))
    assert codes(evening, campaign=commercial(), consents=(narrow,)) == {"OUT_OF_CONSENT_WINDOW"}


@pytest.mark.parametrize("sector", ["energy_renovation", "Renewable Energy", "rénovation énergétique"])
def test_forbidden_sectors_stay_forbidden_with_consent(sector: str) -> None:
    told = commercial(sector=sector)
    assert codes(AT, campaign=told, consents=(consent(purpose="commercial"),)) == {"SECTOR"}
