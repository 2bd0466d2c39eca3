import xml.etree.ElementTree as ET

import pytest

from dialer.simulated_callees.personas import RANGES, ROLES, Persona, number_for, persona_of
from dialer.simulated_callees.received import Offer, Signal, What, parse
from dialer.simulated_callees.sipp import scenario


def test_every_persona_has_a_row_and_a_code_of_its_own() -> None:
    assert set(ROLES) == set(Persona)
    assert len({role.code for role in ROLES.values()}) == len(Persona)


@pytest.mark.parametrize("persona", Persona)
def test_each_persona_has_five_hundred_fictional_numbers(persona: Persona) -> None:
    numbers = [number_for(persona, index) for index in range(500)]
    assert len(set(numbers)) == 500
    assert {number[:-4] for number in numbers} == set(RANGES)
    assert {persona_of(number) for number in numbers} == {persona}


def test_there_is_no_five_hundred_and_first_number() -> None:
    with pytest.raises(IndexError):
        number_for(Persona.BUSY, 500)


@pytest.mark.parametrize("number", ["+33612340112", "+33199009900", "+331990001", "anonymous", ""])
def test_nobody_has_a_number_that_is_not_in_the_table(number: str) -> None:
    assert persona_of(number) is None


def test_the_scenario_has_a_branch_for_every_status_of_the_table() -> None:
    tree = ET.fromstring(scenario(4000))
    labels = {label.get("id") for label in tree.iter("label")}
    assert {f"status{role.status}" for role in ROLES.values()} <= labels
    assert {node.get("next") for node in tree.iter() if node.get("next")} <= labels


STAMP = "2026-11-22\t12:27:37.250000\t1795350457.250000"


def test_a_logged_invite_is_read_whole() -> None:
    line = f"invite ab@c +33199000101 +33162000001 127.0.0.1 4000 101 {STAMP}"
    offer = Offer("+33199000101", "+33162000001", ("127.0.0.1", 4000), 101)
    assert parse(line) == Signal(What.INVITE, "ab@c", 1795350457.25, offer)


@pytest.mark.parametrize(
    "line",
    [
        *("", f"invite ab {STAMP}", f"invite ab +33 +33 127.0.0.1  101 {STAMP}", f"nonsense ab {STAMP}"),
        *("answered ab", "answered ab yesterday"),
    ],
)
def test_a_line_that_is_not_ours_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(line)
