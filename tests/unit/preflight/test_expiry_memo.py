"""The forecasts for a few ends of a consent answer every end."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from dialer.domain.base.types import PhoneNumber
from dialer.domain.consent import ConsentedWindow, ConsentGiven
from dialer.domain.decision.facts import AuthorisedCallerId, Facts, TrunkFacts
from dialer.domain.decision.record import ReasonCode
from dialer.domain.preflight.forecast import Endings, Foreseen, foresee, horizon
from tests.unit.decision.rule_samples import attempt, cache, campaign, consent, election, facts, paris, utc

START, END = paris("2027-02-01 08:00:00"), paris("2027-02-06 00:00:00")
WEEK = campaign(starts_at=START, ends_at=END, retry={"max_attempts": 3})
UNTIL = horizon(WEEK, START)
STEP = timedelta(minutes=23)
EVENINGS = (ConsentedWindow(frozenset({1, 3}), time(18), time(19)),)


def mandated(until: datetime) -> TrunkFacts:
    return TrunkFacts(
        "sip", loopback=False, caller_ids=(AuthorisedCallerId(PhoneNumber("+33162000001"), until),)
    )


PEOPLE = {
    "every day": facts(campaign=WEEK),
    "two evenings": facts(campaign=WEEK, consents=(consent(windows=EVENINGS),)),
    "an appointment": facts(
        campaign=WEEK, consents=(consent(windows=EVENINGS, appointment_at=paris("2027-02-03 11:00:00")),)
    ),
    "too old meanwhile": facts(campaign=WEEK, consents=(consent(given_at=utc("2024-02-05 08:00")),)),
    "begins meanwhile": facts(campaign=WEEK, consents=(consent(given_at=utc("2027-02-02 14:00")),)),
    "called lately": facts(campaign=WEEK, attempts=(attempt(paris("2027-01-31 19:30:00")),)),
    "called often": facts(
        campaign=WEEK, attempts=tuple(attempt(paris(f"2027-01-{day:02} 15:00:00")) for day in (4, 5, 26, 27))
    ),
    "without a mandate": facts(campaign=WEEK, trunk=mandated(paris("2027-01-30 08:00:00"))),
    "before a silence": facts(
        campaign=campaign(
            starts_at=START, ends_at=END, election=election(poll_dates={"default": date(2027, 2, 4)})
        )
    ),
    "overseas": facts(campaign=WEEK, number=PhoneNumber("+262692000001")),
}


def ending(known: Facts, end: datetime) -> Foreseen:
    (given,) = known.consents
    assert isinstance(given, ConsentGiven)
    return foresee(replace(known, consents=(replace(given, expires_at=end),)), START, cache())


@pytest.mark.parametrize("name", PEOPLE)
def test_every_end_comes_to_what_it_comes_to_alone(name: str) -> None:
    endings = Endings(lambda end: ending(PEOPLE[name], end), UNTIL)
    first = START + timedelta(microseconds=1)
    ends = [first + STEP * step for step in range((UNTIL - first) // STEP)] + [UNTIL]
    known = [ending(PEOPLE[name], end) for end in ends]
    near = [foreseen.looked + tick for foreseen in set(known) for tick in (timedelta(0), first - START)]
    near = [end for end in near if START < end <= UNTIL]
    assert [endings.of(end) for end in ends] == known
    assert [endings.of(end) for end in near] == [ending(PEOPLE[name], end) for end in near]


def test_ends_after_the_call_are_asked_about_once() -> None:
    asked: list[datetime] = []

    def ask(end: datetime) -> Foreseen:
        asked.append(end)
        return ending(PEOPLE["two evenings"], end)

    endings, call = Endings(ask, UNTIL), paris("2027-02-02 18:00:00")
    assert {endings.of(call + STEP * step).at for step in range(1, 100)} == {call}
    assert {endings.of(call - STEP * step).codes for step in range(50)} == {
        frozenset({ReasonCode.OUT_OF_CONSENT_WINDOW})
    }
    assert len(asked) == 2
