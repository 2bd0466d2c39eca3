"""Asterisk's messages, in the domain's words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.adapters.ami.translate import (
    EVENTS,
    REPORTS,
    OriginateFailed,
    PbxTime,
    Translation,
    Unusable,
    translate,
)
from dialer.adapters.ami.wire import Header, Headers
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.call_events import (
    Answered,
    ChannelGone,
    Dialing,
    DialStatus,
    Ended,
    Opposed,
    RefusalCause,
    Refused,
    Ringing,
    TalkingStarted,
    TalkingStopped,
    TraceStep,
    TraceVerb,
)

A = AttemptId("0a" * 16)
MS = 1_795_000_000_123
AT = datetime.fromtimestamp(1_795_000_000, UTC) + timedelta(milliseconds=123)
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
CALLEE = {"channel": "PJSIP/default-00000007", "linkedid": A, "uniqueid": "1795000000.9"}
NEAR = {"channel": "Local/call@dialer-permit-00000001;2", "linkedid": A, "uniqueid": f"{A}-2"}
DIALLED = NEAR | {"destchannel": "PJSIP/default-00000007", "destlinkedid": A}
TRACE = (
    f"{MS} play notice|{MS + 900} key 1|{MS + 950} cut notice|{MS + 960} play message|{MS + 990} done message"
)
CALL: tuple[dict[str, str], ...] = (
    NEAR | {"event": "UserEvent", "userevent": "DialerDialing", "attempt": A, "at": str(MS)},
    DIALLED | {"event": "DialBegin", "dialstring": "x"},
    DIALLED | {"event": "DialState", "dialstatus": "RINGING"},
    CALLEE | {"event": "UserEvent", "userevent": "DialerAnswered", "attempt": A, "at": str(MS + 50)},
    CALLEE | {"event": "ChannelTalkingStart"},
    CALLEE | {"event": "ChannelTalkingStop", "duration": "900"},
    CALLEE | {"event": "DTMFBegin", "digit": "9", "direction": "Received"},
    CALLEE
    | {
        "event": "UserEvent",
        "userevent": "DialerEnded",
        "attempt": A,
        "at": str(MS + 90),
        "dialstatus": "ANSWER",
    }
    | {"cause": "16", "sip": "200", "trace": TRACE},
    CALLEE | {"event": "Hangup", "cause": "16", "channelstate": "6"},
    CALLEE | {"event": "DTMFEnd", "digit": "9", "direction": "Received", "durationms": "100"},
)


def heard(fields: Headers, shift: timedelta = timedelta()) -> Translation:
    return translate(fields, NOW, PbxTime(shift))


def said(name: str, **fields: Header) -> Headers:
    return {"event": "UserEvent", "userevent": name, "attempt": A, "at": str(MS), **fields}


@pytest.mark.parametrize("why", list(RefusalCause))
def test_the_gates_refusal_comes_with_its_reason(why: RefusalCause) -> None:
    assert heard(said("DialerRefused", why=why)) == Refused(A, AT, why)


@pytest.mark.parametrize("part", ["DTMFBegin", "DTMFEnd"])
def test_a_nine_of_which_either_part_is_told_is_an_opposition(part: str) -> None:
    """A key by SIP INFO has no beginning."""
    assert heard(CALLEE | {"event": part, "digit": "9", "direction": "Received"}) == Opposed(A, NOW)
    assert heard(CALLEE | {"event": part, "digit": "8", "direction": "Received"}) is None


def test_reports_of_the_dialplan_keep_the_time_of_the_pbx() -> None:
    assert heard(said("DialerDialing")) == Dialing(A, AT)
    assert heard(said("DialerAnswered")) == Answered(A, AT)
    assert heard(said("DialerOpposed", stored="yes")) == Opposed(A, AT)


def test_in_pretended_time_the_pbxs_clock_is_shifted_to_ours() -> None:
    assert heard(said("DialerDialing"), timedelta(days=70)) == Dialing(A, AT + timedelta(days=70))


def test_an_end_carries_status_causes_and_the_whole_trace() -> None:
    ended = heard(CALL[7])
    assert isinstance(ended, Ended)
    assert (ended.dial_status, ended.hangup_cause, ended.sip_code) == (DialStatus.ANSWER, 16, 200)
    assert [(step.verb, step.name) for step in ended.trace] == [
        (TraceVerb.PLAY, "notice"),
        (TraceVerb.KEY, "1"),
        (TraceVerb.CUT, "notice"),
        (TraceVerb.PLAY, "message"),
        (TraceVerb.DONE, "message"),
    ]
    assert ended.trace[0] == TraceStep(AT, TraceVerb.PLAY, "notice")


def test_an_end_without_answer_has_neither_trace_nor_code() -> None:
    assert heard(said("DialerEnded", dialstatus="NOANSWER", cause="", sip="")) == Ended(
        A, AT, DialStatus.NOANSWER, 0, None, ()
    )


@pytest.mark.parametrize(
    "trace",
    [
        "play notice",
        f"{MS} sing notice",
        f"{MS} play ../etc",
        f"{MS} key 10",
        f"{MS} play notice|",
        f"{MS} done Notice",
    ],
)
def test_a_trace_with_one_bad_step_is_not_patched_up(trace: str) -> None:
    assert isinstance(heard(said("DialerEnded", dialstatus="ANSWER", trace=trace)), Unusable)


def test_ringing_is_heard_of_the_callee_only() -> None:
    assert heard(CALL[2]) == Ringing(A, NOW)
    assert heard(CALLEE | {"event": "Newstate", "channelstate": "5"}) == Ringing(A, NOW)
    assert (
        heard({**DIALLED, "event": "DialState", "dialstatus": "RINGING", "destchannel": NEAR["channel"]})
        is None
    )
    assert heard(NEAR | {"event": "Newstate", "channelstate": "5"}) is None
    assert heard(DIALLED | {"event": "DialState", "dialstatus": "PROGRESS"}) is None


def test_asterisks_own_timestamp_is_preferred_to_the_moment_of_receipt() -> None:
    assert heard(CALLEE | {"event": "Hangup", "timestamp": "1795000000.123456"}) == ChannelGone(A, AT)


def test_a_nine_that_has_begun_is_an_opposition() -> None:
    assert heard(CALL[6]) == Opposed(A, NOW)


def test_a_nine_without_a_beginning_is_an_opposition() -> None:
    assert heard(CALL[9]) == Opposed(A, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"digit": "1"},
        {"digit": "99"},
        {"direction": "Sent"},
        {"channel": NEAR["channel"]},
        {"linkedid": "1795000000.9"},
        {"linkedid": A.upper()},
    ],
    ids=repr,
)
def test_a_key_that_is_no_nine_of_one_of_our_callees_is_none(change: dict[str, str]) -> None:
    assert heard({**CALL[6], **change}) is None


def test_an_opposition_counts_even_if_its_time_cannot_be_read() -> None:
    assert heard(said("DialerOpposed", at="soon")) == Opposed(A, NOW)
    assert heard({"event": "UserEvent", "userevent": "DialerOpposed", "attempt": A}) == Opposed(A, NOW)


def test_only_the_callees_hang_up_ends_the_call() -> None:
    assert heard(CALL[8]) == ChannelGone(A, NOW)
    assert heard(NEAR | {"event": "Hangup"}) is None


def test_talking_is_heard_of_the_callee() -> None:
    assert heard(CALL[4]) == TalkingStarted(A, NOW)
    assert heard(CALL[5]) == TalkingStopped(A, NOW)


def test_a_failed_originate_says_not_by_itself_that_nothing_was_sent() -> None:
    response = {"event": "OriginateResponse", "response": "Failure", "reason": "0", "uniqueid": A}
    assert heard(response) == OriginateFailed(A)
    assert heard({**response, "response": "Success"}) is None
    assert heard({**response, "uniqueid": "<unknown>"}) is None


@pytest.mark.parametrize(
    "fields",
    [
        said("DialerDialing", attempt="0A" * 16),
        said("DialerDialing", attempt=""),
        said("DialerDialing", at="1795000000"),
        said("DialerDialing", at=""),
        said("DialerDialing", attempt=(A, "0b" * 16)),
        said("DialerRefused", why="BECAUSE"),
        said("DialerEnded", dialstatus="PERHAPS"),
        said("DialerEnded", dialstatus="BUSY", cause="-1"),
        said("DialerEnded", dialstatus="BUSY", sip="ok"),
        said("DialerNew"),
    ],
    ids=repr,
)
def test_a_malformed_report_is_named_and_nothing_else(fields: Headers) -> None:
    assert isinstance(heard(fields), Unusable)


def test_a_header_repeated_with_one_value_is_that_value() -> None:
    assert heard(said("DialerDialing", attempt=(A, A))) == Dialing(A, AT)


def test_what_does_not_concern_us_is_passed_over() -> None:
    assert heard({"event": "PeerStatus"}) is None
    assert heard({"event": "UserEvent", "userevent": "Other"}) is None
    assert heard({}) is None


HEADERS = st.sampled_from(
    sorted({name for fields in CALL for name in fields} | {"timestamp", "why", "response"})
)
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [*REPORTS, *EVENTS, "UserEvent", A, str(MS), "9" * 13, "9" * 30, "PJSIP/x-1", "9", TRACE, "RINGING"]
    ),
    st.sampled_from(["9999999999.999999", "\u0661" * 13, "Received", "ANSWER"]),
    st.lists(st.text(max_size=5), max_size=3).map(tuple),
)


@given(st.dictionaries(st.one_of(HEADERS, st.text(max_size=10)), VALUES))
def test_no_event_whatever_raises(fields: dict[str, Header]) -> None:
    heard(fields)


@given(st.permutations(CALL))
def test_the_events_of_a_call_mean_the_same_in_any_order(order: list[dict[str, str]]) -> None:
    assert {heard(fields) for fields in order} == {heard(fields) for fields in CALL}


def test_repeated_events_add_nothing() -> None:
    assert {heard(fields) for fields in CALL + CALL} == {heard(fields) for fields in CALL}
