"""The recount of an inspection equals counting by hand, and names every call that should not be."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.call_events import TraceStep, TraceVerb
from dialer.domain.calls.trunk_health import silence_after_answer
from dialer.domain.consent import Basis, ConsentedWindow
from dialer.domain.rulepacks.public_holidays import local_holiday, national_holiday
from dialer.verifier.faults import KINDS
from dialer.verifier.people import read_person
from dialer.verifier.recount import Recount, summary
from tests.unit.inspection.inspected_samples import (
    CAMPAIGN,
    ELSEWHERE,
    SCRIPT,
    ZONES,
    Document,
    Life,
    call,
    terms,
)

MONDAY = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)
TERMS = terms()
SPAN_MINUTES = 86 * 24 * 60
"""To the end of April.

Over the change of the clocks on 28 March, Easter Monday, and Tahiti's other dates.
"""
instants = st.integers(0, SPAN_MINUTES).map(
    lambda minutes: datetime(2027, 2, 2, 12, tzinfo=UTC) + timedelta(minutes=minutes)
)
territories = st.sampled_from(sorted(ZONES))


def recounted(*lives: Life, **changes: object) -> dict[str, Any]:
    recount = Recount(terms(**changes) if changes else TERMS)
    for life in lives:
        recount.feed(read_person(life.line))
    return recount.figures()


def wrong(*lives: Life, **changes: object) -> dict[str, int]:
    """Return kinds of faults with their counts, zeros left out."""
    faults: dict[str, int] = recounted(*lives, **changes)["faults"]
    return {kind: found for kind, found in faults.items() if found}


def at_paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)


def open_by_hand(at: datetime, territory: str) -> tuple[bool, bool]:
    """Return whether it was within the hours, and whether on a holiday."""
    local = at.astimezone(ZoneInfo(ZONES[territory]))
    clock = local.time()
    spans = ((time(10), time(13)), (time(14), time(20)))
    within = local.weekday() < 5 and any(start <= clock < end for start, end in spans)
    return within, bool(national_holiday("FR", local.date()) or local_holiday(territory, local.date()))


@given(st.lists(st.tuples(territories, st.lists(instants, min_size=1, max_size=6)), max_size=6))
def test_hours_holidays_and_caps_come_out_as_counted_by_hand(
    people: list[tuple[str, list[datetime]]],
) -> None:
    lives, expected = [], Counter[str]()
    hours: Counter[tuple[str, int]] = Counter()
    for territory, times in people:
        life = Life(territory).agrees()
        for number, at in enumerate(sorted(times)):
            # Of three calls one was the sponsor's in another campaign: it counts for the caps
            # alone.
            other = number % 3 == 2
            life.called(call(at, territory=territory, campaign_id=ELSEWHERE if other else CAMPAIGN))
            if other:
                continue
            within, holiday = open_by_hand(at, territory)
            expected["OUTSIDE_HOURS"] += not within
            expected["HOLIDAY"] += holiday
            for most, days in ((2, 7), (4, 30)):
                made = [one for one in times if at - timedelta(days=days) < one <= at]
                expected["CAP_EXCEEDED"] += len(made) > most
            hours[territory, at.astimezone(ZoneInfo(ZONES[territory])).hour] += 1
        lives.append(life)
    figures = recounted(*lives)
    found = {kind: figures["faults"][kind] for kind in ("OUTSIDE_HOURS", "HOLIDAY", "CAP_EXCEEDED")}
    assert found == {kind: expected[kind] for kind in found}
    assert figures["totals"].get("invites", 0) == hours.total()
    for territory, zone in ZONES.items():
        counted = figures["hours"].get(f"{territory} ({zone})", [0] * 24)
        assert counted == [hours[territory, hour] for hour in range(24)]


def test_what_the_network_refused_before_anything_rang_fills_no_cap() -> None:
    """T065."""
    hours = [MONDAY + timedelta(minutes=minutes) for minutes in (0, 1, 3, 7)]
    refused, rang = Life().agrees(), Life().agrees()
    for at in hours:
        refused.called(call(at, sip_code=503, hangup_cause=34))
        rang.called(call(at, sip_code=503, hangup_cause=34, ringing_at=at))
    assert recounted(refused)["faults"].get("CAP_EXCEEDED", 0) == 0
    assert recounted(rang)["faults"]["CAP_EXCEEDED"] == 2


@given(st.lists(st.sampled_from(["call", "oppose", "oppose all", "other's", "lift"]), max_size=8))
def test_calls_after_an_objection_come_out_as_counted_by_hand(story: list[str]) -> None:
    life, at, opposed, expected = Life().agrees(), MONDAY, False, 0
    for event in story:
        at += timedelta(days=31)
        match event:
            case "call":
                life.called(call(at))
                expected += opposed
            case "oppose" | "oppose all":
                life.opposes(at, sponsor="liste-demo" if event == "oppose" else None)
                opposed = True
            case "other's":
                life.opposes(at, sponsor="another")
            case _:
                life.lifted(at)
                opposed = False
    assert recounted(life)["faults"]["AFTER_OPPOSITION"] == expected


@given(st.lists(st.integers(0, 5_000), min_size=1))
def test_the_middle_and_the_end_of_the_row_are_those_of_the_row(spans: list[int]) -> None:
    row = sorted(spans)
    found = summary(Counter(spans))
    assert (found["count"], found["max"]) == (len(row), row[-1])
    assert found["median"] == row[(len(row) + 1) // 2 - 1]
    assert found["p99"] == row[-(-len(row) * 99 // 100) - 1]


def steps(start: datetime, *told: tuple[int, TraceVerb, str]) -> tuple[TraceStep, ...]:
    return tuple(TraceStep(start + timedelta(milliseconds=ms), verb, name) for ms, verb, name in told)


PLAY, DONE, KEY = TraceVerb.PLAY, TraceVerb.DONE, TraceVerb.KEY
NOTICE = ((200, PLAY, "notice"), (9000, DONE, "notice"))
ONE, MESSAGE = (9500, KEY, "1"), (9600, PLAY, "message")


def answered(*told: tuple[int, TraceVerb, str], **changes: Any) -> Attempt:
    start = MONDAY + timedelta(seconds=5)
    return call(MONDAY, answered_at=start, trace=steps(start, *told), **changes)


def test_a_sound_call_has_no_fault() -> None:
    life = Life().agrees().called(answered(*NOTICE, ONE, MESSAGE, result=Result.MESSAGE_PLAYED))
    figures = recounted(life)
    assert wrong(life) == {}
    assert figures["milliseconds"]["answer_to_objection_told"] == {
        "count": 1,
        "median": 9000,
        "p99": 9000,
        "max": 9000,
    }
    assert set(figures["faults"]) == set(KINDS)


@given(st.lists(st.integers(0, 6000), max_size=2), st.integers(0, 8000))
def test_silence_after_the_answer_is_what_the_service_itself_takes_it_for(
    sounds: list[int], lasts: int
) -> None:
    start = MONDAY + timedelta(seconds=5)
    attempt = replace(
        answered(*((ms, PLAY, "notice") for ms in sorted(sounds))),
        ended_at=start + timedelta(milliseconds=max([lasts, *sounds])),
    )
    silence = silence_after_answer(attempt)
    assert silence is not None
    figures = recounted(Life().agrees().called(attempt))
    assert figures["milliseconds"]["answer_to_sound"]["max"] == silence / timedelta(milliseconds=1)
    assert figures["faults"]["ABANDONED"] == (silence > timedelta(seconds=2))


Change = Callable[[Life], Life]
CASES: list[tuple[str, Change]] = [
    ("NO_CONSENT", lambda life: life.called(call(MONDAY))),
    ("NO_CONSENT", lambda life: life.agrees(sponsor="another").called(call(MONDAY))),
    ("NO_CONSENT", lambda life: life.agrees(purpose="commercial").called(call(MONDAY))),
    ("NO_CONSENT", lambda life: life.agrees(channel="email").called(call(MONDAY))),
    ("NO_CONSENT", lambda life: life.agrees(expires_at=MONDAY).called(call(MONDAY))),
    ("NO_CONSENT", lambda life: life.agrees(given_at=datetime(2023, 1, 1, tzinfo=UTC)).called(call(MONDAY))),
    ("NO_CONSENT", lambda life: life.agrees(given_at=MONDAY + timedelta(1)).called(call(MONDAY))),
    ("NO_CONSENT", lambda life: life.agrees().withdraws(MONDAY - timedelta(1)).called(call(MONDAY))),
    ("NO_CONSENT", lambda life: life.called(call(MONDAY)).agrees()),
    ("AFTER_OPPOSITION", lambda life: life.agrees().called(call(MONDAY)).opposes(MONDAY - timedelta(1))),
    ("AFTER_PERMIT", lambda life: life.agrees().called(call(MONDAY, permit_until=MONDAY - timedelta(1)))),
    ("NO_RULE_PACK", lambda life: life.agrees().called(call(MONDAY), pack_hash="0" * 64)),
    ("WRONG_SCRIPT", lambda life: life.agrees().called(call(MONDAY, script="e" * 64))),
    ("WRONG_SCRIPT", lambda life: life.agrees().called(call(MONDAY, script="e" * 64), script=SCRIPT)),
    ("WRONG_SCRIPT", lambda life: life.agrees().called(call(MONDAY), script="e" * 64)),
    ("CALLER_ID", lambda life: life.agrees().called(call(MONDAY, caller_id="+33612345678"))),
    ("CALLER_ID", lambda life: life.agrees().called(call(MONDAY, caller_id="+590947500001"))),
    ("OUTSIDE_HOURS", lambda life: life.agrees().called(call(at_paris("2027-02-01 13:00:00")))),
    ("HOLIDAY", lambda life: life.agrees().called(call(at_paris("2027-03-29 10:30:00")))),
    ("MESSAGE_UNASKED", lambda life: life.agrees().called(answered(*NOTICE, MESSAGE))),
    ("MESSAGE_UNASKED", lambda life: life.agrees().called(answered(NOTICE[0], ONE, MESSAGE))),
    ("ABANDONED", lambda life: life.agrees().called(answered((2001, PLAY, "notice")))),
    ("OPPOSITION_LOST", lambda life: life.agrees().called(call(MONDAY, opposed_at=MONDAY))),
]


@pytest.mark.parametrize(("kind", "change"), CASES)
def test_a_call_that_should_not_be_is_named(kind: str, change: Change) -> None:
    assert wrong(change(Life())) == {kind: 1}


def test_who_answered_as_we_gave_up_heard_nothing() -> None:
    trace = (TraceStep(MONDAY + timedelta(seconds=20), TraceVerb.END, "late-answer"),)
    answered = call(MONDAY, trace=trace, answered_at=trace[0].at, ended_at=trace[0].at)
    assert wrong(Life().agrees().called(answered)) == {"ABANDONED": 1}


def test_a_message_heard_twice_is_named() -> None:
    life = Life().agrees()
    for week in (0, 2):
        life.called(call(MONDAY + timedelta(weeks=week), result=Result.MESSAGE_PLAYED))
    assert wrong(life) == {"DELIVERED_TWICE": 1}


def test_a_consent_after_a_withdrawal_counts_only_as_a_positive_act() -> None:
    again = {"given_at": MONDAY - timedelta(days=1)}
    for act, faults in ((None, {"NO_CONSENT": 1}), ("signed_paper", {})):
        life = Life().agrees().withdraws(MONDAY - timedelta(days=9)).agrees(act=act, **again)
        assert wrong(life.called(call(MONDAY))) == faults


def test_a_restoration_undoes_the_end_of_a_consent_by_a_trunk_and_no_withdrawal() -> None:
    then = MONDAY - timedelta(days=9)
    later = then + timedelta(days=1)
    assert wrong(Life().agrees().voided(then).called(call(MONDAY))) == {"NO_CONSENT": 1}
    assert wrong(Life().agrees().voided(then).restored(later, of=then).called(call(MONDAY))) == {}
    assert wrong(Life().agrees().withdraws(then).restored(later, of=then).called(call(MONDAY))) == {
        "NO_CONSENT": 1
    }
    early = Life().agrees().voided(then).called(call(MONDAY)).restored(MONDAY + timedelta(days=1), of=then)
    assert wrong(early) == {"NO_CONSENT": 1}


def test_a_contract_lasts_as_long_as_it_says() -> None:
    """FC-08: no longest life of an opt-in ends it."""
    old = {"given_at": datetime(2020, 1, 1, tzinfo=UTC), "basis": Basis.CONTRACT}
    for ends, faults in ((MONDAY + timedelta(1), {}), (MONDAY, {"NO_CONSENT": 1})):
        assert wrong(Life().agrees(expires_at=ends, **old).called(call(MONDAY))) == faults


def without(life: Life, kind: str) -> Document:
    line = life.line
    return line | {"entries": [e for e in line["entries"] if f'"{kind}"' not in e["text"]]}


@pytest.mark.parametrize(
    ("kind", "missing"), [("NO_DECISION", "decision.permit"), ("NO_OUTCOME", "attempt.outcome")]
)
def test_what_the_ledger_does_not_know_is_named(kind: str, missing: str) -> None:
    recount = Recount(TERMS)
    recount.feed(read_person(without(Life().agrees().called(call(MONDAY)), missing)))
    assert {k: n for k, n in recount.figures()["faults"].items() if n} == {kind: 1}


def test_a_call_that_never_came_to_an_end_is_named() -> None:
    line = Life().agrees().called(call(MONDAY)).line
    line["calls"][0]["record"] = None
    recount = Recount(TERMS)
    recount.feed(read_person(line))
    figures = recount.figures()
    assert (figures["totals"]["going_on"], figures["faults"]["NO_OUTCOME"]) == (1, 1)


def test_a_record_that_was_changed_is_named() -> None:
    line = Life().agrees().called(call(MONDAY)).line
    line["calls"][0]["record"] = line["calls"][0]["record"].replace('"BUSY"', '"NOANSWER"')
    recount = Recount(TERMS)
    recount.feed(read_person(line))
    assert recount.figures()["faults"]["RECORD_CHANGED"] == 1


def test_a_call_of_another_campaign_that_was_changed_is_named() -> None:
    line = Life().agrees().called(call(MONDAY, campaign_id=ELSEWHERE)).line
    line["calls"][0]["record"] = line["calls"][0]["record"].replace('"BUSY"', '"NOANSWER"')
    recount = Recount(TERMS)
    recount.feed(read_person(line))
    assert {k: n for k, n in recount.figures()["faults"].items() if n} == {"RECORD_CHANGED": 1}


def test_what_was_decided_and_never_sent_is_no_call() -> None:
    figures = recounted(Life().agrees().called(call(None)))
    assert (figures["totals"]["attempts"], figures["totals"].get("invites", 0)) == (1, 0)


def test_what_was_sent_and_lost_is_a_call() -> None:
    lost = call(MONDAY, state=AttemptState.LOST, dialed_at=None, result=Result.LOST)
    assert recounted(Life().agrees().called(lost))["totals"]["invites"] == 1


def test_windows_hold_in_the_callees_own_time() -> None:
    """18:00 to 19:00 on Tuesdays in Guadeloupe is 23:00 in Paris."""
    slot = (ConsentedWindow(frozenset({1}), time(18), time(19)),)
    for text, faults in (
        ("2027-02-02T22:00:00+00:00", {}),
        ("2027-02-02T23:00:00+00:00", {"OUTSIDE_WINDOW": 1}),
    ):
        life = Life("GP").agrees(windows=slot)
        assert wrong(life.called(call(datetime.fromisoformat(text), territory="GP"))) == faults


def test_an_appointment_opens_its_ten_minutes_within_the_hard_bounds() -> None:
    saturday = at_paris("2027-03-06 11:00:00")
    for minutes, faults in ((9, {}), (10, {"OUTSIDE_HOURS": 1, "OUTSIDE_WINDOW": 1})):
        life = Life().agrees(appointment_at=saturday)
        assert wrong(life.called(call(saturday + timedelta(minutes=minutes)))) == faults
    sunday = at_paris("2027-03-07 11:00:00")
    assert wrong(Life().agrees(appointment_at=sunday).called(call(sunday))) == {"OUTSIDE_HOURS": 1}


ELECTION = {"id": "mun-2027", "poll_dates": {"default": "2027-04-18", "GP": "2027-04-17"}}


def test_calls_that_reach_into_electoral_silence_are_named_and_the_last_ones_told() -> None:
    limit = at_paris("2027-04-16 00:00:00")
    before, into = (call(limit - timedelta(hours=hours)) for hours in (5, 9))
    figures = recounted(Life().agrees().called(replace(into, ended_at=limit)), election=ELECTION)
    assert figures["faults"]["IN_SILENCE"] == 0
    life = Life().agrees().called(replace(before, ended_at=limit + timedelta(seconds=1)))
    figures = recounted(life, election=ELECTION)
    assert figures["faults"]["IN_SILENCE"] == 1
    assert figures["silence"]["FR"] == {
        "limit": limit.isoformat(),
        "last_invite": before.dialed_at.isoformat() if before.dialed_at else "",
        "last_end": (limit + timedelta(seconds=1)).isoformat(),
    }
