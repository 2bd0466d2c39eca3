"""A call order as an AMI action: its content, and the content it can never have."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.adapters.ami.originate import originate
from dialer.adapters.ami.translate import PbxTime
from dialer.adapters.ami.wire import Action, UnsafeValue, check_safe, legible
from dialer.ports.telephony import CallOrder
from tests.samples.calls import an_attempt

KEY = "5ea1" * 16
REAL = PbxTime()
ATTEMPT = an_attempt(
    id="0a" * 16,
    number="+33199000001",
    fingerprint="f1" * 32,
    campaign_id="c0123456789ab",
    expires_at=datetime(2027, 2, 1, 9, 0, 5, 999_000, tzinfo=UTC),
    trunk="default",
    caller_id="+33162000001",
    script="5c" * 32,
)
ORDER = CallOrder(ATTEMPT, sponsor_key="a1" * 8, ring_timeout_s=25, longest_s=180)


def ordered(**changes: Any) -> CallOrder:
    fields = {
        name: changes.pop(name) for name in ("sponsor_key", "ring_timeout_s", "longest_s") if name in changes
    }
    return replace(ORDER, attempt=replace(ATTEMPT, **changes), **fields)


def variables(action: Action) -> dict[str, str]:
    return dict(line.split("=", 1) for line in action["Variable"])


def test_the_channel_is_the_gate_and_the_ids_are_the_attempts() -> None:
    action = originate(ORDER, KEY, REAL)
    assert action["Channel"] == "Local/call@dialer-permit/n"
    assert (action["ChannelId"], action["OtherChannelId"]) == ("0a" * 16, f"{'0a' * 16}-2")
    assert action["Async"] == "true"
    assert variables(action)["DIALER_CALLER"] == "+33162000001"


def test_the_originate_outlasts_the_ringing() -> None:
    assert int(str(originate(ORDER, KEY, REAL)["Timeout"])) > 25_000


def test_the_permit_is_void_from_the_second_in_which_it_expires() -> None:
    assert variables(originate(ORDER, KEY, REAL))["DIALER_EXPIRES"] == str(
        int(datetime(2027, 2, 1, 9, 0, 5, tzinfo=UTC).timestamp())
    )


def test_the_seal_is_the_one_that_the_gate_computes() -> None:
    sent = variables(originate(ORDER, KEY, REAL))
    names = (
        *("ATTEMPT", "NUMBER", "FINGERPRINT", "SPONSOR", "CAMPAIGN", "EXPIRES"),
        *("TRUNK", "RING", "SCRIPT", "MAX", "CUT", "CALLER"),
    )
    what = ":".join(sent[f"DIALER_{name}"] for name in names)
    assert sent["DIALER_SEAL"] == hashlib.sha1(f"{KEY}:{what}:{KEY}".encode()).hexdigest()


def test_a_call_that_no_silence_limits_is_cut_never() -> None:
    assert variables(originate(ORDER, KEY, REAL))["DIALER_CUT"] == "9999999999"


def test_a_call_is_cut_in_the_second_in_which_silence_begins() -> None:
    limit = datetime(2027, 4, 15, 22, tzinfo=UTC)
    ahead = PbxTime(timedelta(days=70))
    sent = variables(originate(replace(ORDER, cut_at=limit), KEY, ahead))
    assert int(sent["DIALER_CUT"]) == int((limit - timedelta(days=70)).timestamp())


def test_in_pretended_time_the_pbx_gets_its_own_second() -> None:
    ahead = PbxTime(timedelta(days=70))
    sent = variables(originate(ORDER, KEY, ahead))
    assert int(sent["DIALER_EXPIRES"]) == int((ATTEMPT.expires_at - timedelta(days=70)).timestamp())


@pytest.mark.parametrize(
    "change",
    [
        {"id": "0A" * 16},
        {"id": "0a" * 15},
        {"number": "0199000001"},
        {"number": "+33199000001&PJSIP/evil"},
        {"number": "+33199000001\r\nAction: Originate"},
        {"number": "+33199000001\n"},
        {"number": "+\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668"},
        {"fingerprint": ""},
        {"sponsor_key": "liste-demo"},
        {"campaign_id": "c1,DIALER_MAX=9999"},
        {"trunk": "Default"},
        {"trunk": "a b"},
        {"script": "../../etc"},
        {"caller_id": '"Bob" <+33162000001>'},
        {"ring_timeout_s": 0},
        {"ring_timeout_s": -5},
        {"longest_s": 10_000},
        {"expires_at": datetime(1970, 1, 2, tzinfo=UTC)},
    ],
    ids=repr,
)
def test_a_value_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnsafeValue):
        originate(ordered(**change), KEY, REAL)


def test_a_refused_number_is_not_repeated_in_the_error() -> None:
    with pytest.raises(UnsafeValue) as refusal:
        originate(ordered(number="+33199000001;x"), KEY, REAL)
    assert "199000001" not in str(refusal.value)


@given(
    st.fixed_dictionaries(
        {
            name: st.text(max_size=80)
            for name in ("id", "number", "fingerprint", "campaign_id", "trunk", "caller_id", "script")
        }
    )
)
def test_whatever_the_values_the_action_is_refused_or_safe_to_send(values: dict[str, str]) -> None:
    try:
        action = originate(ordered(**values), KEY, REAL)
    except UnsafeValue:
        return
    check_safe(action)


@pytest.mark.parametrize(
    "name", [*("id", "number", "fingerprint", "campaign_id", "trunk", "caller_id", "script")]
)
@given(tail=st.text(min_size=1, max_size=5))
def test_no_value_can_be_made_longer_by_what_ends_a_header(name: str, tail: str) -> None:
    good = getattr(ATTEMPT, name)
    try:
        action = originate(ordered(**{name: f"{good}\r\n{tail}"}), KEY, REAL)
    except UnsafeValue:
        return
    raise AssertionError(action)


@pytest.mark.parametrize(
    "value", ["a\rb", "a\nb", "a\0b", "caf\u00e9", "\x1b[31m", "\x7f", "\u2028", "x" * 2000]
)
def test_the_sanitiser_stops_what_could_end_a_header_or_be_cut_by_asterisk(value: str) -> None:
    with pytest.raises(UnsafeValue):
        check_safe({"Action": "DBPut", "Val": value})
    with pytest.raises(UnsafeValue):
        check_safe({"Action": "Originate", "Variable": ["A=1", value]})


def test_the_sanitiser_stops_a_header_name_that_is_none() -> None:
    with pytest.raises(UnsafeValue):
        check_safe({"Action": "Ping", "X: y\r\nAction": "Originate"})


@given(st.text())
def test_any_reason_can_be_given_for_a_halt(reason: str) -> None:
    check_safe({"Action": "DBPut", "Val": legible(reason)})
    assert legible(reason)
