"""Properties of every decision, for any campaign, callee, consent and instant."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dialer.domain.base.types import PhoneNumber
from dialer.domain.calls.retry import ContactClosed, Due, after_refusal
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.consent.consent import ConsentedWindow, ConsentEvent, ConsentGiven
from dialer.domain.decision.case import prepare
from dialer.domain.decision.decision import decide
from dialer.domain.decision.decision_record import Decision, ReasonCode
from dialer.domain.decision.facts import Facts, SystemFacts, TrunkFacts
from dialer.domain.decision.facts_json import facts_from_json, facts_to_json
from dialer.domain.decision.judgement import stand
from dialer.domain.decision.rulebook import RULES
from dialer.domain.numbers.callee_location import CalleeLocation, resolve
from dialer.domain.oppositions.external_list import ListStanding
from tests.unit.decision.rule_samples import (
    EVERY_DAY,
    attempt,
    campaign,
    consent,
    facts,
    opposition,
    packs,
    utc,
    withdrawal,
)

START = utc("2027-01-04 00:00")
SECONDS = 130 * 24 * 3600
"""From January over Easter, the silence of April and the clock change, into May."""
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
EXACT = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

DAYS = st.sampled_from(range(SECONDS // 86400))
QUARTERS = st.one_of(st.sampled_from(range(96)), st.sampled_from(range(32, 80)))
quarters = st.builds(lambda day, quarter: START + timedelta(days=day, minutes=15 * quarter), DAYS, QUARTERS)
anytime = st.builds(lambda at, off: at + timedelta(seconds=off), quarters, st.integers(-70, 70))


@st.composite
def windows(draw: st.DrawFn) -> tuple[ConsentedWindow, ...]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        start, end = sorted(draw(st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True)))
        days = draw(st.frozensets(st.integers(0, 6), min_size=1))
        found.append(ConsentedWindow(days, time(start // 4, start % 4 * 15), time(end // 4, end % 4 * 15)))
    return tuple(found)


NUMBERS = st.sampled_from(
    [
        "+33199000001",
        "+33612345678",
        "+262692123456",
        "+262262123456",
        "+590690123456",
        "+68987123456",
        "+687251234",
    ]
)
TERRITORIES = st.sampled_from([None, None, "FR", "RE", "YT", "GP", "PF", "MQ"])
CALLER_IDS = {"RE": "+262947900001", "YT": "+262947800001", "MQ": "+596947700001", "GP": "+590947500001"}
ELECTIONS = st.sampled_from(
    [
        None,
        {"id": "e", "poll_dates": {"default": date(2027, 4, 18)}},
        {
            "id": "e",
            "poll_dates": {"default": date(2027, 4, 18), "GP": date(2027, 4, 17)},
            "freeze_mode": "per_territory",
        },
        {"id": "e", "poll_dates": {"RE": date(2027, 4, 18)}, "scope": "listed"},
    ]
)


@st.composite
def consents(draw: st.DrawFn, purpose: str) -> ConsentGiven:
    given = draw(quarters) - timedelta(days=draw(st.sampled_from([0, 90, 130, 200, 300, 400])))
    always = st.just(EVERY_DAY)
    return consent(
        purpose=draw(st.sampled_from([purpose] * 5 + ["other"])),
        given_at=given,
        expires_at=draw(st.one_of(st.none(), st.none(), quarters)),
        windows=draw(st.one_of(windows(), always, always)),
        appointment_at=draw(st.one_of(st.none(), st.none(), quarters)),
        act=draw(st.sampled_from([None, consent().act])),
    )


@st.composite
def questions(draw: st.DrawFn) -> Facts:
    profile, purpose = draw(st.sampled_from([("fr-political", "political"), ("fr-commercial", "commercial")]))
    chosen: dict[str, Any] = {
        "profile": profile,
        "purpose": purpose,
        "caller_ids": CALLER_IDS,
        "starts_at": START + timedelta(days=draw(st.sampled_from([-99, -9, 0, 9]))),
        "ends_at": draw(quarters) + timedelta(days=99),
        "call": {"ring_timeout_s": draw(st.integers(5, 60))},
        "election": draw(ELECTIONS) if profile == "fr-political" else None,
    }
    events: list[ConsentEvent] = list(
        draw(st.lists(consents(purpose), min_size=draw(st.sampled_from([0, 1, 1])), max_size=3))
    )
    if draw(st.sampled_from([False] * 5 + [True])):
        events.append(withdrawal(draw(quarters)))
    others = draw(ELECTIONS)
    return facts(
        number=PhoneNumber(draw(NUMBERS)),
        territory=draw(TERRITORIES),
        consents=tuple(events),
        campaign=campaign(**chosen),
        silences=(campaign(election=others).election,) if others and draw(st.booleans()) else (),
    )


@st.composite
def burdened(draw: st.DrawFn) -> Facts:
    """Draw questions with every other fact that may be known."""
    question, at = draw(questions()), draw(quarters)
    past = (attempt(at - timedelta(days=40)), attempt(at - timedelta(hours=30), alive=True), attempt(at))
    listed = ListStanding("bloctel", at - timedelta(days=30), at, holds=draw(st.booleans()))
    changes: dict[str, st.SearchStrategy[Any]] = {
        "number": st.sampled_from([question.number, PhoneNumber("+33162000001"), PhoneNumber("+3319900")]),
        "on_list": st.sampled_from([True, True, False]),
        "source_class": st.sampled_from([question.source_class, None]),
        "suppressions": st.sampled_from([(), (opposition(),), (opposition("another"),)]),
        "attempts": st.sets(st.sampled_from(past)).map(tuple),
        "lists": st.sampled_from([(), (listed,)]),
        "trunk": st.sampled_from([question.trunk, TrunkFacts("away", loopback=False, caller_ids=())]),
        "system": st.one_of(
            st.none(),
            st.builds(
                SystemFacts, st.sampled_from(CampaignState), st.booleans(), st.booleans(), st.booleans()
            ),
        ),
    }
    return replace(question, **{name: draw(values) for name, values in changes.items()})


def asked(question: Facts, at: datetime) -> Decision:
    return decide(question, packs(), at)


@EXACT
@given(st.one_of(questions(), burdened()), anytime)
def test_a_permit_is_never_given_when_any_rule_refuses(question: Facts, at: datetime) -> None:
    """Every rule is asked by itself here, also the ones that the decision skips for speed."""
    case = prepare(question, packs(), at)
    standing = stand(case)
    refusals = [rule for rule in RULES if rule.check(case, standing) is not None]
    decision = asked(question, at)
    assert [reason.code for reason in decision.reasons] == [rule.code for rule in refusals]
    assert decision.permitted == (not refusals)


@EXACT
@given(questions(), anytime)
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
@given(questions(), anytime, st.sampled_from(["RE", "PF", "GP", "NC"]))
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
    case = prepare(facts(territory=territory), packs(), START)
    assert isinstance(case.place, CalleeLocation)
    assert case.place.zones
    assert not isinstance(case.number, Exception)
    assert resolve(((territory, None),), case.number) == case.place
