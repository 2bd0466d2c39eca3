"""When somebody could first be called, and who is so alike that one judgement is enough for both."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.consent import ConsentedWindow
from dialer.domain.contact import PhoneNumber
from dialer.domain.decision import decide
from dialer.domain.decision_record import ReasonCode
from dialer.domain.facts import Facts
from dialer.domain.foresight import Foreseen, Likenesses, foresee
from dialer.domain.rulepack import RulePack
from tests.unit.rule_samples import (
    attempt,
    campaign,
    commercial,
    consent,
    election,
    facts,
    opposition,
    packs,
    paris,
    withdrawal,
)

START, END = paris("2027-02-01 08:00:00"), paris("2027-02-06 00:00:00")
WEEK = campaign(starts_at=START, ends_at=END)
SHOP = commercial(starts_at=START, ends_at=END)
TUESDAY = (ConsentedWindow(frozenset({1}), time(18), time(19)),)
DATES = (
    START - timedelta(days=1094, hours=20),
    START - timedelta(days=363),
    START - timedelta(days=2),
    START + timedelta(hours=30),
    END + timedelta(days=1),
)


def foreseen(start: datetime = START, **changes: object) -> Foreseen:
    return foresee(facts(**{"campaign": WEEK} | changes), packs(), start)


def test_before_hours_the_first_instant_is_their_beginning() -> None:
    assert foreseen() == Foreseen(paris("2027-02-01 10:00:00").astimezone(UTC), "Europe/Paris", frozenset())


def test_a_consented_slot_is_waited_for() -> None:
    assert foreseen(consents=(consent(windows=TUESDAY),)).at == paris("2027-02-02 18:00:00")


def test_who_never_agreed_is_not_refused_for_the_hour() -> None:
    assert foreseen(consents=()).codes == {ReasonCode.NO_CONSENT}
    both = foreseen(consents=(), suppressions=(opposition(),))
    assert both.codes == {ReasonCode.NO_CONSENT, ReasonCode.SUPPRESSED}


def test_a_slot_that_never_comes_within_the_campaign_is_named() -> None:
    sunday = (ConsentedWindow(frozenset({6}), time(10), time(11)),)
    never = foreseen(consents=(consent(windows=sunday),))
    assert never == Foreseen(None, "", frozenset({ReasonCode.OUT_OF_CONSENT_WINDOW}))


def test_a_consent_that_ends_before_its_slot_comes_to_nothing() -> None:
    short = consent(windows=TUESDAY, expires_at=paris("2027-02-02 12:00:00"))
    assert foreseen(consents=(short,)).at is None


def test_the_gap_after_an_earlier_attempt_is_waited_for() -> None:
    earlier = attempt(paris("2027-01-31 15:30:00"))
    again = foreseen(
        attempts=(earlier,), campaign=campaign(starts_at=START, ends_at=END, retry={"max_attempts": 3})
    )
    assert again.at is not None
    assert paris("2027-02-01 15:30:00") <= again.at <= paris("2027-02-01 16:30:00")


def test_in_electoral_silence_nobody_is_foreseen() -> None:
    told = campaign(starts_at=START, ends_at=END, election=election(poll_dates={"default": date(2027, 2, 2)}))
    assert foreseen(campaign=told).codes == {ReasonCode.ELECTORAL_SILENCE}


def windows() -> st.SearchStrategy[tuple[ConsentedWindow, ...]]:
    return st.sampled_from([(), TUESDAY, (ConsentedWindow(frozenset(range(5)), time(11), time(12)),)])


events = st.one_of(
    st.builds(
        consent,
        given_at=st.sampled_from(DATES),
        expires_at=st.sampled_from([None, *DATES[3:]]),
        windows=windows(),
        sponsor=st.sampled_from(["liste-demo", "liste-demo", "other"]),
        purpose=st.sampled_from(["political", "commercial"]),
        proof=st.sampled_from(["a", "b", " "]),
        appointment_at=st.sampled_from([None, None, paris("2027-02-03 09:30:00")]),
        territory=st.sampled_from([None, None, "MQ"]),
    ),
    st.builds(withdrawal, st.sampled_from(DATES)),
)
callees = st.builds(
    facts,
    number=st.sampled_from(
        [PhoneNumber(n) for n in ("+33199000001", "+33261910007", "+33162000001", "+262692000001", "+3312")]
    ),
    consents=st.lists(events, max_size=2).map(tuple),
    suppressions=st.sampled_from([(), (opposition(),), (opposition("other"),)]),
    attempts=st.sampled_from([(), (), (attempt(START - timedelta(hours=3)),)]),
    territory=st.sampled_from([None, None, "RE"]),
)


def packs_of(profile: str) -> tuple[RulePack, ...]:
    return tuple(pack for pack in packs().shipped if pack.name == profile)


@settings(max_examples=60, deadline=None)
@given(st.lists(callees, min_size=30, max_size=60), st.sampled_from([WEEK, SHOP]))
def test_who_is_alike_gets_the_same_answers_at_every_instant(known: list[Facts], told: object) -> None:
    definition = WEEK if told is WEEK else SHOP
    likenesses = Likenesses(START, END, packs_of(definition.profile))
    groups: defaultdict[object, list[Facts]] = defaultdict(list)
    for callee in known:
        asked = facts(
            **{
                name: getattr(callee, name)
                for name in ("number", "consents", "suppressions", "attempts", "territory")
            },
            campaign=definition,
        )
        groups[likenesses.of(asked)].append(asked)
    for alike in groups.values():
        for hours in (0, 2.5, 25.5, 35, 60, 112):
            at = START + timedelta(hours=hours)
            answers = {
                (
                    found.permitted,
                    found.codes,
                    found.permit_until,
                    found.next_open,
                    found.zones,
                    found.caller_id,
                )
                for found in (decide(callee, packs(), at) for callee in alike)
            }
            assert len(answers) == 1


def test_who_agreed_for_longer_than_the_campaign_is_alike_whatever_the_minute() -> None:
    likenesses = Likenesses(START, END, packs_of("fr-political"))
    one, other = (
        facts(campaign=WEEK, number=PhoneNumber(number), consents=(consent(given_at=at, proof=proof),))
        for number, at, proof in (("+33199000001", DATES[1], "a"), ("+33353010002", DATES[2], "b"))
    )
    assert likenesses.of(one) == likenesses.of(other)
