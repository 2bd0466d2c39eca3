"""Numbers that are shown, and numbers called on loopback only: cases T089 to T094, and T087."""

from datetime import timedelta

import pytest

from dialer.domain.base.types import PhoneNumber
from dialer.domain.decision.facts import AuthorisedCallerId, TrunkFacts
from tests.unit.decision.rule_samples import campaign, codes, consent, judged, paris, utc

AT = paris("2027-02-01 11:00:00")
SHOWN = PhoneNumber("+33162000001")
PERSON = PhoneNumber("+33612345678")


def trunk(*numbers: str, loopback: bool = False, days: int | None = None) -> TrunkFacts:
    ends = AT + timedelta(days=days) if days is not None else None
    return TrunkFacts("default", loopback, tuple(AuthorisedCallerId(PhoneNumber(n), ends) for n in numbers))


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        pytest.param(trunk(SHOWN), True, id="authorised"),
        pytest.param(trunk(), False, id="T090-no-list"),
        pytest.param(trunk("+33163000001"), False, id="T090-not-on-the-list"),
        pytest.param(trunk("+33163000001", loopback=True), False, id="T090-a-list-counts-on-loopback-too"),
        pytest.param(trunk(loopback=True), True, id="loopback-needs-no-list"),
        pytest.param(trunk(SHOWN, days=-1), False, id="T092-expired-yesterday"),
        pytest.param(trunk(SHOWN, days=0), False, id="T092-at-its-end"),
        pytest.param(trunk(SHOWN, days=1), True, id="mandate-in-force"),
    ],
)
def test_the_trunk_must_be_allowed_to_present_the_number(facts: TrunkFacts, allowed: bool) -> None:
    assert codes(AT, number=PERSON, trunk=facts) == (set() if allowed else {"CALLER_ID"})


OVERSEAS = [
    ("FR", "+33162000001"),
    ("RE", "+262947900001"),
    ("YT", "+262947800001"),
    ("GP", "+590947500001"),
    ("MF", "+590947500001"),
    ("BL", "+590598700001"),
    ("GF", "+594947600001"),
    ("MQ", "+596947700001"),
    ("RE", "+262268800001"),
    ("YT", "+262268900001"),
    ("PM", "+33162000001"),
    ("NC", "+33162000001"),
    ("PF", "+33162000001"),
    ("WF", "+33162000001"),
]


@pytest.mark.parametrize(("territory", "number"), OVERSEAS)
def test_each_territory_has_its_verified_numbers(territory: str, number: str) -> None:
    told = campaign(caller_ids={territory: number})
    decision = judged(AT, number=PERSON, territory=territory, campaign=told)
    assert decision.caller_id == number
    assert "CALLER_ID" not in {code.value for code in decision.codes}


@pytest.mark.parametrize(
    ("territory", "number"),
    [("MQ", "+33162000001"), ("RE", "+262947800001"), ("FR", "+262947900001"), ("MQ", "+590947500001")],
)
def test_a_number_of_another_group_is_refused(territory: str, number: str) -> None:
    """T090."""
    told = campaign(caller_id=number)
    assert "CALLER_ID" in codes(AT, number=PERSON, territory=territory, campaign=told)


@pytest.mark.parametrize("shown", ["+262947900001", "+262947800001"])
def test_a_mobile_of_two_islands_takes_the_number_of_either(shown: str) -> None:
    told = campaign(caller_id=shown)
    at = utc("2027-02-01 08:00")
    assert codes(at, number=PhoneNumber("+262692123456"), campaign=told) == set()
    fixed = codes(at, number=PhoneNumber("+262262123456"), campaign=told)
    assert fixed == (set() if shown == "+262947900001" else {"CALLER_ID"})


def test_ranges_count_from_their_day_on() -> None:
    told = campaign(caller_ids={"RE": "+262268800001"})
    callee = {"number": PERSON, "territory": "RE", "campaign": told}
    assert judged(utc("2025-12-31 08:00"), **callee).caller_id is None
    assert judged(utc("2026-01-02 08:00"), **callee).caller_id == "+262268800001"


def test_numbers_of_fiction_are_called_on_loopback_only() -> None:
    fiction = PhoneNumber("+33199000001")
    assert codes(AT, number=fiction) == set()
    assert codes(AT, number=fiction, trunk=trunk(SHOWN)) == {"FORBIDDEN_NUMBER"}


@pytest.mark.parametrize("own", ["+33162000001", "+33163000009", "+33162000007"])
def test_our_own_numbers_are_never_called(own: str) -> None:
    told = campaign(caller_ids={"PM": "+33163000009"})
    listed = trunk(SHOWN, "+33162000007", loopback=True)
    assert codes(AT, number=PhoneNumber(own), campaign=told, trunk=listed) == {"FORBIDDEN_NUMBER"}


@pytest.mark.parametrize(("days", "allowed"), [(59, False), (60, False), (61, True)])
def test_a_canadian_callee_can_call_back_for_sixty_days(days: int, allowed: bool) -> None:
    """CA-04: the number must still be ours by then."""
    shown = PhoneNumber("+14165550199")
    told = campaign(profile="ca-adad", caller_id=shown, purpose="survey")
    at = utc("2027-02-02 18:00")
    mandate = AuthorisedCallerId(shown, at + timedelta(days=days))
    found = codes(
        at,
        number=PhoneNumber("+14165550123"),
        campaign=told,
        consents=(consent(purpose="survey"),),
        trunk=TrunkFacts("default", True, (mandate,)),
    )
    assert found == (set() if allowed else {"CALLER_ID"})
