"""The meaning of a call-back probe's end, and how long a greeting counts (FP-17, T093)."""

from datetime import datetime, timedelta

import pytest

from dialer.adapters.ami.probing import PROBE_SHAPES, end_in, probe_action
from dialer.adapters.ami.translate import Malformed, PbxTime
from dialer.adapters.ami.wire import UnsafeValue
from dialer.domain.base.types import PhoneNumber, ProbeId
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.probes.probe import Probe, ProbeOutcome, due, of_dialling, unproved
from dialer.ports.telephony import ProbeEnd, ProbeOrder
from tests.samples.campaigns import CAMPAIGN, MONDAY

OURS = PhoneNumber("+33162000001")
ID = ProbeId("0123456789abcdef" * 2)
KEY = "k" * 64


@pytest.mark.parametrize(
    ("status", "cause", "sip", "outcome"),
    [
        (DialStatus.ANSWER, 16, 200, None),
        (DialStatus.BUSY, 17, 486, ProbeOutcome.BUSY),
        (DialStatus.BUSY, 17, 600, ProbeOutcome.BUSY),
        (DialStatus.NOANSWER, 0, None, ProbeOutcome.NO_ANSWER),
        (DialStatus.NOANSWER, 19, 480, ProbeOutcome.NO_ANSWER),
        (DialStatus.CONGESTION, 0, 408, ProbeOutcome.NO_ANSWER),
        (DialStatus.CHANUNAVAIL, 1, 404, ProbeOutcome.NOT_IN_SERVICE),
        (DialStatus.CHANUNAVAIL, 22, 410, ProbeOutcome.NOT_IN_SERVICE),
        (DialStatus.CHANUNAVAIL, 28, 484, ProbeOutcome.NOT_IN_SERVICE),
        (DialStatus.CHANUNAVAIL, 21, 603, ProbeOutcome.UNREACHABLE),
        (DialStatus.CONGESTION, 34, 503, ProbeOutcome.UNREACHABLE),
        (DialStatus.FAILED, 0, 302, ProbeOutcome.UNREACHABLE),
        (DialStatus.CHANUNAVAIL, 0, None, ProbeOutcome.NOT_MADE),
        (DialStatus.CANCEL, 0, None, ProbeOutcome.NOT_MADE),
    ],
)
def test_each_way_of_not_answering_has_its_name(
    status: DialStatus, cause: int, sip: int | None, outcome: ProbeOutcome | None
) -> None:
    assert of_dialling(status, cause, sip) is outcome


def a_probe(outcome: ProbeOutcome, at: datetime) -> Probe:
    return Probe(
        ID, CAMPAIGN, "liste-demo", OURS, OURS, "default", "pbx1", "5" * 64, "omar", at, at, outcome, ""
    )


@pytest.mark.parametrize(
    ("age", "fresh", "rung"),
    [
        (timedelta(), True, False),
        (timedelta(hours=20) - timedelta.resolution, True, False),
        (timedelta(hours=20), True, True),
        (timedelta(hours=24) - timedelta.resolution, True, True),
        (timedelta(hours=24), False, True),
        (-timedelta.resolution, False, True),
    ],
    ids=["just now", "almost 20 h", "20 h", "almost 24 h", "24 h", "in the future"],
)
def test_a_greeting_that_was_heard_counts_for_a_day(age: timedelta, fresh: bool, rung: bool) -> None:
    latest = {str(OURS): a_probe(ProbeOutcome.PASSED, MONDAY - age)}
    assert (unproved([OURS], latest, MONDAY) == "", due(OURS, latest, MONDAY)) == (fresh, rung)


@pytest.mark.parametrize("outcome", sorted(set(ProbeOutcome) - {ProbeOutcome.PASSED}))
def test_nothing_but_a_greeting_counts(outcome: ProbeOutcome) -> None:
    latest = {str(OURS): a_probe(outcome, MONDAY)}
    assert outcome in unproved([OURS], latest, MONDAY)
    assert due(OURS, latest, MONDAY)


def test_one_number_that_was_never_rung_is_enough_to_wait() -> None:
    latest = {str(OURS): a_probe(ProbeOutcome.PASSED, MONDAY)}
    assert "+33162000002" in unproved([OURS, PhoneNumber("+33162000002")], latest, MONDAY)


@pytest.mark.parametrize(
    ("value", "end"),
    [
        ("DialStatus: BUSY,Cause: 17,Sip: 486", ProbeEnd(DialStatus.BUSY, 17, 486)),
        ("DialStatus: NOANSWER,Cause: ,Sip: ", ProbeEnd(DialStatus.NOANSWER)),
        ("DialStatus: TORTURE,Cause: 0,Sip: ", ProbeEnd(DialStatus.FAILED, 0)),
        ("Refused: NOT_OURS", ProbeEnd(None, refused="NOT_OURS")),
    ],
)
def test_the_report_of_the_pbx_is_read(value: str, end: ProbeEnd) -> None:
    assert end_in([{"key": ID, "val": value}]) == end
    assert end_in([]) is None


def test_a_report_that_cannot_be_read_is_none() -> None:
    with pytest.raises(Malformed):
        end_in([{"key": ID, "val": "DialStatus: BUSY,Cause: many,Sip: 486"}])


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "33162000001"},
        {"shown": "anonymous"},
        {"trunk": "a@b"},
        {"ring_timeout_s": 0},
        {"listen_s": 100},
    ],
)
def test_an_order_of_another_shape_is_never_sent(changes: dict[str, object]) -> None:
    with pytest.raises(UnsafeValue):
        probe_action(an_order(**changes), KEY, PbxTime())


def test_every_value_of_an_order_is_under_the_seal() -> None:
    changes: list[dict[str, object]] = [
        {"id": ProbeId("f" * 32)},
        {"number": "+33162000002"},
        {"shown": "+33162000002"},
        {"expires_at": MONDAY},
        {"trunk": "other"},
        {"ring_timeout_s": 9},
        {"listen_s": 9},
    ]
    seals = {
        str(probe_action(an_order(**change), KEY, PbxTime())["Variable"][-1]) for change in ({}, *changes)
    }
    assert len(seals) == len(PROBE_SHAPES) + 1


def an_order(**changes: object) -> ProbeOrder:
    given: dict[str, object] = {
        "id": ID,
        "number": OURS,
        "shown": OURS,
        "trunk": "default",
        "ring_timeout_s": 25,
        "listen_s": 12,
        "expires_at": MONDAY + timedelta(seconds=10),
    }
    return ProbeOrder(**given | changes)  # type: ignore[arg-type]
