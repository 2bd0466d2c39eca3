"""Properties of every decision, for any campaign, callee, consent and instant."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from dialer.domain.calls.retry import ContactClosed, Due, after_refusal
from dialer.domain.consent import ConsentEvent, ConsentGiven
from dialer.domain.decision.decide import build_context, decide
from dialer.domain.decision.facts import Facts, facts_from_json, facts_to_json
from dialer.domain.decision.record import Decision, ReasonCode
from dialer.domain.numbers.callee_location import CalleeLocation, resolve
from tests.unit.decision.drawn_questions import EXACT, FRENCH, START, anytime, questions
from tests.unit.decision.rule_samples import (
    attempt,
    cache,
    campaign,
    consent,
    facts,
    opposition,
    withdrawal,
)

CALENDAR = {
    ReasonCode.OUT_OF_CONSENT_WINDOW,
    ReasonCode.OUT_OF_LEGAL_HOURS,
    ReasonCode.HOLIDAY,
    ReasonCode.ELECTORAL_SILENCE,
    ReasonCode.WOULD_RING_PAST_END,
    ReasonCode.CAMPAIGN_ENDED,
    ReasonCode.CAMPAIGN_NOT_RUNNING,
}
OF_ONE_CONSENT = {
    ReasonCode.CONSENT_NO_WINDOW,
    ReasonCode.CONSENT_PROOF,
    ReasonCode.CONSENT_EXPIRED,
    ReasonCode.OUT_OF_CONSENT_WINDOW,
}
"""Reasons about the consents that are left to judge.

A withdrawal takes some of them away, and with them their reasons.
"""


def asked(question: Facts, at: datetime) -> Decision:
    return decide(question, at, cache())


@EXACT
@given(questions(FRENCH), anytime)
def test_permit_until_plus_ring_never_passes_an_end(question: Facts, at: datetime) -> None:
    decision = asked(question, at)
    if decision.permit_until is None:
        assert not decision.permitted
        return
    assert decision.permit_until >= at
    ring = timedelta(seconds=question.campaign.call.ring_timeout_s)
    assert decision.permit_until + ring <= question.campaign.ends_at
    if any(isinstance(event, ConsentGiven) and event.appointment_at for event in question.consents):
        return
    last_moment = decision.permit_until + ring - timedelta(microseconds=1)
    for instant in (at, last_moment):
        locals_ = [instant.astimezone(ZoneInfo(zone)) for zone in decision.zones]
        assert all(local.weekday() < 5 and legal(local.time()) for local in locals_)
        assert any(consented(event, locals_) for event in question.consents)


def legal(wall: time) -> bool:
    """Written again by hand from FP-07 and FC-12."""
    return time(10) <= wall < time(13) or time(14) <= wall < time(20)


def consented(event: ConsentEvent, locals_: list[datetime]) -> bool:
    if not isinstance(event, ConsentGiven):
        return False
    return not event.windows or all(
        any(local.weekday() in slot.days and slot.start <= local.time() < slot.end for slot in event.windows)
        for local in locals_
    )


@EXACT
@given(questions(), anytime)
def test_next_open_is_open(question: Facts, at: datetime) -> None:
    decision = asked(question, at)
    if decision.next_open is not None:
        assert decision.next_open >= at
        assert asked(question, decision.next_open).codes.isdisjoint(CALENDAR)


@EXACT
@given(questions(), anytime, st.floats(0, 1, exclude_max=True))
def test_next_open_is_minimal(question: Facts, at: datetime, share: float) -> None:
    """No instant between the question and `next_open` is permitted.

    Without a `next_open`, none is at all.
    """
    decision = asked(question, at)
    end = decision.next_open or question.campaign.ends_at
    between = at + (end - at) * share
    if at <= between < end:
        assert not asked(question, between).permitted


@EXACT
@given(questions(), anytime, st.sampled_from(["opposition", "withdrawal", "attempt", "delivered", "silence"]))
def test_adding_a_refusal_never_makes_a_permit(question: Facts, at: datetime, added: str) -> None:
    changes: dict[str, Any] = {
        "opposition": {"suppressions": (opposition(),)},
        "withdrawal": {"consents": (*question.consents, withdrawal(at))},
        "attempt": {"attempts": (attempt(at - timedelta(hours=1)),)},
        "delivered": {"attempts": (attempt(at - timedelta(days=40), delivered=True),)},
        "silence": {
            "silences": (
                *question.silences,
                campaign(election={"id": "x", "poll_dates": {"default": at.date()}}).election,
            )
        },
    }
    before, after = asked(question, at), asked(replace(question, **changes[added]), at)
    assert before.permitted or not after.permitted
    lasting = before.codes - OF_ONE_CONSENT if added == "withdrawal" else before.codes
    assert lasting <= after.codes


@EXACT
@given(questions(FRENCH), anytime, st.sampled_from(["RE", "PF", "GP", "NC"]))
def test_adding_a_possible_zone_never_makes_a_permit(question: Facts, at: datetime, other: str) -> None:
    """Another territory stated in a later consent of the same sponsor: both are then possible."""
    assume(question.territory is not None and question.consents)
    elsewhere = consent(purpose="other", territory=other)
    before, after = (
        asked(question, at),
        asked(replace(question, consents=(*question.consents, elsewhere)), at),
    )
    assert before.permitted or not after.permitted
    assert set(before.zones) <= set(after.zones)


@EXACT
@given(questions(), anytime)
def test_a_decision_is_the_same_after_a_way_through_json(question: Facts, at: datetime) -> None:
    assert asked(facts_from_json(facts_to_json(question)), at) == asked(question, at)


@EXACT
@given(questions(), anytime)
def test_every_refusal_waits_for_a_later_instant_or_closes(question: Facts, at: datetime) -> None:
    decision = asked(question, at)
    if decision.permitted:
        return
    match after_refusal(decision):
        case Due(later):
            assert later > at
        case ContactClosed(reason):
            assert reason in {code.value for code in decision.codes}


@given(st.sampled_from(["RE", "YT", "GP", None]))
def test_a_place_names_the_zones_it_judges(territory: str | None) -> None:
    case = build_context(facts(territory=territory), START, cache())
    assert isinstance(case.place, CalleeLocation)
    assert case.place.zones
    assert not isinstance(case.number, Exception)
    assert resolve(((territory, None),), case.number) == case.place
