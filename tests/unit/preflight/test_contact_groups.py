"""Groups of contacts: the times that make a difference to a forecast, and the kinds of numbers."""

import sys
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.adapters.sql.preflight import BLANKS
from dialer.domain.base.instant import EARLIEST, LATEST
from dialer.domain.base.types import PhoneNumber
from dialer.domain.decision.decide import decide
from dialer.domain.decision.facts import AuthorisedCallerId, Facts, TrunkFacts
from dialer.domain.preflight.forecast import NumberKinds, horizon, turns
from tests.unit.decision.drawn_questions import CACHES, EXACT, burdened, instants, questions
from tests.unit.decision.rule_samples import LOOPBACK, campaign, packs, paris

START, END = paris("2027-02-01 08:00:00"), paris("2027-02-06 00:00:00")
TOLD = campaign(starts_at=START, ends_at=END)
UNTIL = horizon(TOLD, START)
POLITICAL = tuple(pack for pack in packs().shipped if pack.name == "fr-political")


def test_a_consent_is_judged_by_its_minute_only_where_it_begins_or_ages_meanwhile() -> None:
    oldest = timedelta(days=1095)
    known = turns(TOLD, POLITICAL, START)
    assert known.given == ((START - oldest, UNTIL - oldest), (START, UNTIL))
    assert known.expires == ((START, UNTIL),)


def test_the_more_attempts_there_were_the_older_ones_matter() -> None:
    ages = [(count, START - since) for count, since in turns(TOLD, POLITICAL, START).called]
    assert ages == [(0, timedelta(days=1)), (2, timedelta(days=7)), (4, timedelta(days=30))]


def test_the_campaigns_own_gap_counts_where_it_is_longer() -> None:
    patient = campaign(starts_at=START, ends_at=END, retry={"max_attempts": 2, "min_gap_hours": 240})
    assert turns(patient, POLITICAL, START).called[0] == (0, START - timedelta(days=10))


def test_of_contracts_any_time_may_matter() -> None:
    assert turns(campaign(basis="contract"), POLITICAL, START).given == ((EARLIEST, LATEST),)


def test_numbers_of_one_kind_are_told_apart_only_where_somebody_names_them() -> None:
    named = PhoneNumber("+33199000009")
    trunk = TrunkFacts("default", loopback=True, caller_ids=(AuthorisedCallerId(named, None),))
    kinds = NumberKinds(TOLD, trunk, POLITICAL)
    one, other, overseas = (PhoneNumber(text) for text in ("+33199000001", "+33353010002", "+262692000001"))
    assert kinds.of(one) is kinds.of(other)
    assert kinds.of(one) is not kinds.of(overseas)
    assert kinds.of(named) == named
    assert kinds.of(PhoneNumber("+33162000001")) == "+33162000001"


def test_american_numbers_of_one_area_are_of_one_kind() -> None:
    kinds = NumberKinds(TOLD, LOOPBACK, ())
    one, other, elsewhere = (
        PhoneNumber(f"+1{area}5550{line}") for area, line in ((212, 101), (212, 102), (213, 101))
    )
    assert kinds.of(one) is kinds.of(other)
    assert kinds.of(one) is not kinds.of(elsewhere)


def test_what_is_no_number_is_like_no_other() -> None:
    kinds = NumberKinds(TOLD, LOOPBACK, POLITICAL)
    assert [kinds.of(PhoneNumber(text)) for text in ("+3312", "+33899000001")] == ["+3312", "+33899000001"]


def test_numbers_that_a_pack_denies_are_judged_one_by_one() -> None:
    denying = [pack.model_copy(update={"denied_numbers": ("+331990",)}) for pack in POLITICAL]
    assert NumberKinds(TOLD, LOOPBACK, denying).of(PhoneNumber("+33199000001")) == "+33199000001"


@st.composite
def two_numbers(draw: st.DrawFn) -> tuple[str, Facts, PhoneNumber, datetime]:
    """Draw an index of rule packs by its name, a question, another number, an instant."""
    index, question = (
        draw(st.sampled_from(["shipped", "own", "own"])),
        draw(st.one_of(burdened(), questions())),
    )
    other = PhoneNumber(question.number[:-1] + draw(st.sampled_from("0177")))
    at = draw(st.one_of(instants(question, CACHES[index]()), st.just(START + timedelta(days=9))))
    return index, question, other, at


@settings(EXACT, max_examples=500)
@given(two_numbers())
def test_numbers_of_one_kind_get_one_answer(drawn: tuple[str, Facts, PhoneNumber, datetime]) -> None:
    """A rule about the number that `NumberKinds` does not know is found here."""
    index, question, other, at = drawn
    known = CACHES[index]()
    packs_of = (*known.packs.shipped, *known.packs.overriding)
    mine = [pack for pack in packs_of if pack.name == question.campaign.profile]
    kinds = NumberKinds(question.campaign, question.trunk, mine)
    if kinds.of(question.number) == kinds.of(other):
        asked, also = (
            decide(replace(question, number=number), at, known) for number in (question.number, other)
        )
        assert (asked.codes, asked.next_open, asked.permit_until) == (
            also.codes,
            also.next_open,
            also.permit_until,
        )


def test_every_blank_of_unicode_is_known() -> None:
    assert [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()] == BLANKS
