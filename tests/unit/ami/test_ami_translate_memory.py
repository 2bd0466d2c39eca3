"""The PBX's memory, the channels of its callees, and our demands on it: read from AMI headers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.adapters.ami.astdb import ended_entries, opposed_entries, suppressed_family
from dialer.adapters.ami.contract import ACTIONS, check_gate, check_rights, check_version
from dialer.adapters.ami.inbox import CalleeChannels
from dialer.adapters.ami.translate import PbxTime, Unusable, translate
from dialer.adapters.ami.wire import ContractBroken, Header, Headers, Reply, UnsafeValue, fields_of
from dialer.domain.base.types import AttemptId, Fingerprint
from dialer.domain.calls.call_events import Ended, Opposed
from dialer.domain.oppositions.suppression import PbxSuppression

A = AttemptId("0a" * 16)
B = AttemptId("0b" * 16)
MS = 1_795_000_000_123
AT = datetime.fromtimestamp(1_795_000_000, UTC) + timedelta(milliseconds=123)
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
REAL = PbxTime()
RECORD = f"At: {MS},DialStatus: BUSY,Cause: 17,Sip: 486,Trace: "


def test_the_outbox_says_of_an_end_what_the_event_said() -> None:
    trace = f"{MS} play notice|{MS} cut notice"
    record = f"At: {MS},DialStatus: ANSWER,Cause: 16,Sip: 200,Trace: {trace}"
    told = {
        "event": "UserEvent",
        "userevent": "DialerEnded",
        "attempt": A,
        "at": str(MS),
        "dialstatus": "ANSWER",
    }
    told |= {"cause": "16", "sip": "200", "trace": trace}
    [ended] = ended_entries([{"key": f"/dialer-ended/{A}", "val": record}], REAL)
    assert ended == translate(told, NOW, REAL)
    assert isinstance(ended, Ended)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (f"/dialer-ended/{A}", ""),
        (f"/dialer-ended/{A}", "At: soon,DialStatus: BUSY"),
        (f"/dialer-opposed/{A}", RECORD),
        ("/dialer-ended/other", RECORD),
    ],
)
def test_an_unreadable_end_is_named_and_the_others_are_read(key: str, value: str) -> None:
    bad, good = ended_entries(
        [{"key": key, "val": value}, {"key": f"/dialer-ended/{B}", "val": RECORD}], REAL
    )
    assert isinstance(bad, Unusable)
    assert isinstance(good, Ended)
    assert (good.attempt_id, good.sip_code) == (B, 486)


def test_an_opposition_in_the_outbox_counts_even_if_its_value_is_broken() -> None:
    rows = [{"key": f"/dialer-opposed/{A}", "val": f"{MS}|x|y"}, {"key": f"/dialer-opposed/{B}", "val": "?"}]
    assert list(opposed_entries(rows, REAL, NOW)) == [Opposed(A, AT), Opposed(B, NOW)]


@given(
    st.lists(st.dictionaries(st.sampled_from(["key", "val"]), st.one_of(st.text(), st.just((RECORD, "x")))))
)
def test_no_row_of_the_outbox_raises(rows: list[dict[str, Header]]) -> None:
    assert len(list(ended_entries(rows, REAL))) == len(list(opposed_entries(rows, REAL, NOW))) == len(rows)


def test_a_suppression_that_the_gate_would_never_look_up_is_refused() -> None:
    good = Fingerprint("f1" * 32)
    assert suppressed_family(PbxSuppression(good, None)) == "dialer-suppressed/all"
    assert suppressed_family(PbxSuppression(good, "a1" * 8)) == f"dialer-suppressed/{'a1' * 8}"
    with pytest.raises(UnsafeValue):
        suppressed_family(PbxSuppression(Fingerprint("+33199000001"), None))
    with pytest.raises(UnsafeValue):
        suppressed_family(PbxSuppression(good, "liste-demo"))


def callee(event: str, channel: str = "PJSIP/default-1", attempt: str = A, prefix: str = "") -> Headers:
    return {"event": event, f"{prefix}channel": channel, f"{prefix}linkedid": attempt}


def test_the_callees_channel_is_known_from_the_dial_to_the_hang_up() -> None:
    callees = CalleeChannels()
    callees.feed(callee("DialBegin", prefix="dest"))
    assert callees.of(A) == "PJSIP/default-1"
    callees.feed(callee("Hangup", channel="Local/call@dialer-permit-1;2"))
    callees.feed(callee("Hangup", channel="PJSIP/default-0"))
    assert callees.of(A) == "PJSIP/default-1"
    callees.feed(callee("Hangup"))
    assert callees.of(A) is None


def test_after_a_loss_the_callees_are_those_that_are_listed() -> None:
    callees = CalleeChannels()
    callees.feed(callee("DialState", prefix="dest"))
    callees.reset(
        [callee("CoreShowChannel", "PJSIP/default-2", B), callee("CoreShowChannel", "Local/x;1", A)]
    )
    assert (callees.of(A), callees.of(B)) == (None, "PJSIP/default-2")


def test_a_garbled_event_moves_no_channel() -> None:
    callees = CalleeChannels()
    callees.feed({"event": "DialBegin", "destchannel": ("PJSIP/a", "PJSIP/b"), "destlinkedid": A})
    assert callees.of(A) is None


@given(st.text().filter(lambda text: "\r" not in text))
def test_characters_of_any_length_survive_the_bytewise_reading(text: str) -> None:
    bytewise = text.encode("utf-8", "replace").decode("latin-1")
    assert fields_of([("Name", bytewise)])["name"] == text.encode("utf-8", "replace").decode()


def answered(**fields: str) -> Reply:
    return Reply(success=True, message="", fields=fields)


@pytest.mark.parametrize("version", ["22.10.1~dfsg+~cs6.15", "22.0.0", "23.1.0-rc1", "certified/22.8-cert1"])
def test_asterisk_22_and_later_will_do(version: str) -> None:
    check_version(answered(asteriskversion=version))


@pytest.mark.parametrize("version", ["21.4.0", "18.9", "certified/20.7-cert2", "", "unknown", "GIT-22-abc.d"])
def test_an_older_or_unknown_asterisk_is_refused(version: str) -> None:
    with pytest.raises(ContractBroken, match="Asterisk 22 or later"):
        check_version(answered(asteriskversion=version))


def test_the_user_must_be_allowed_every_action_that_we_use() -> None:
    check_rights(answered(**{action.lower(): "" for action in ACTIONS}))
    with pytest.raises(ContractBroken, match=r"DBPut.*manager\.conf"):
        check_rights(answered(**{action.lower(): "" for action in ACTIONS if action != "DBPut"}))


def test_without_the_gate_there_is_no_link() -> None:
    check_gate(answered())
    with pytest.raises(ContractBroken, match="dialer-permit"):
        check_gate(Reply(success=False, message="Did not find context dialer-permit", fields={}))
