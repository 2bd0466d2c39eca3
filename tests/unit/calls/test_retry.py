"""Contacts that are called again, and when, and contacts that never are (FP-27, T057, T065)."""

from datetime import timedelta
from typing import Any

import pytest

from dialer.domain.calls.attempt import AttemptState, Result
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.calls.retry import ClosedReason, ContactClosed, Due, Made, after_call, after_refusal
from dialer.domain.decision.record import Decision, ReasonCode
from tests.samples.calls import a_trace, an_attempt
from tests.unit.decision.rule_samples import (
    attempt,
    campaign,
    consent,
    election,
    judged,
    opposition,
    paris,
    utc,
)

TWICE = campaign(retry={"max_attempts": 2, "min_gap_hours": 24})
SENT = utc("2027-02-01 10:00")


def closed(word: str) -> ContactClosed:
    return ContactClosed(ClosedReason(word))


def ended(result: Result, status: DialStatus = DialStatus.ANSWER, **changes: Any) -> Any:
    keys = {"state": AttemptState.ENDED, "dialed_at": SENT, "result": result, "dial_status": status}
    return an_attempt(**(keys | changes))


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (Result.MESSAGE_PLAYED, "delivered"),
        (Result.MACHINE_MESSAGE, "delivered"),
        (Result.MESSAGE_CUT, "message_cut"),
        (Result.NO_KEY, "no_key"),
        (Result.OPTED_OUT, "opted_out"),
        (Result.HANGUP_IN_NOTICE, "hung_up"),
        (Result.LEGAL_NOTICE, "legal_notice"),
        (Result.LOST, "lost"),
    ],
)
def test_whoever_was_reached_is_not_called_again(result: Result, reason: str) -> None:
    assert after_call(ended(result), Made(), TWICE) == closed(reason)


def test_whoever_forwards_their_calls_is_not_called_again() -> None:
    """T111."""
    elsewhere = ended(Result.NOT_ANSWERED, trace=a_trace("0 end forwarded"))
    assert after_call(elsewhere, Made(), TWICE) == closed("forwarded")


@pytest.mark.parametrize("status", [DialStatus.BUSY, DialStatus.NOANSWER, DialStatus.CONGESTION])
def test_the_unreached_are_due_again_after_the_gap(status: DialStatus) -> None:
    assert after_call(ended(Result.NOT_ANSWERED, status), Made(), TWICE) == Due(SENT + timedelta(hours=24))
    assert after_call(ended(Result.MACHINE), Made(), TWICE) == Due(SENT + timedelta(hours=24))
    assert after_call(ended(Result.NOT_ANSWERED, status), Made(1), TWICE) == closed("max_attempts")


@pytest.mark.parametrize("changes", [{"hangup_cause": 1}, {"sip_code": 404}, {"hangup_cause": 22}], ids=str)
def test_a_number_that_nobody_has_is_done_with(changes: dict[str, Any]) -> None:
    """T057."""
    gone = ended(Result.NOT_ANSWERED, DialStatus.CHANUNAVAIL, **changes)
    assert after_call(gone, Made(), TWICE) == closed("number_gone")


def test_an_opposition_closes_whatever_the_result_says() -> None:
    assert after_call(ended(Result.NOT_ANSWERED, opposed_at=SENT), Made(), TWICE) == closed("opted_out")


def test_a_lost_call_is_never_made_again() -> None:
    assert after_call(ended(Result.NOT_ANSWERED, state=AttemptState.LOST), Made(), TWICE) == closed("lost")


AT = paris("2027-02-01 13:30:00")


def refused(**changes: Any) -> Decision:
    decision = judged(changes.pop("at", AT), **changes)
    assert not decision.permitted
    return decision


def test_what_the_calendar_closes_waits_for_it_to_open() -> None:
    assert after_refusal(refused()) == Due(paris("2027-02-01 14:00:00"))
    holiday = refused(at=paris("2027-03-29 11:00:00"))
    assert after_refusal(holiday) == Due(paris("2027-03-30 10:00:00"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"consents": ()}, "NO_CONSENT", id="no-consent"),
        pytest.param({"suppressions": (opposition(),)}, "SUPPRESSED", id="opposed"),
        pytest.param({"consents": (consent(expires_at=AT),)}, "CONSENT_EXPIRED", id="expired"),
        pytest.param({"number": "+37799123456"}, "JURISDICTION", id="foreign"),
        pytest.param({"territory": "MQ"}, "CALLER_ID", id="nothing-to-present"),
        pytest.param(
            {"at": paris("2027-04-17 11:00:00"), "campaign": campaign(election=election())},
            "ELECTORAL_SILENCE",
            id="T037",
        ),
        pytest.param({"campaign": campaign(ends_at=utc("2027-01-01 00:00"))}, "CAMPAIGN_ENDED", id="ended"),
        pytest.param({"attempts": (attempt(utc("2026-12-01 10:00")),)}, "CAPPED", id="spent"),
    ],
)
def test_what_time_does_not_mend_closes(changes: dict[str, Any], reason: str) -> None:
    assert after_refusal(refused(**changes)) == ContactClosed(ReasonCode(reason))


def test_caps_of_the_law_are_asked_again_later() -> None:
    at = paris("2027-02-01 11:00:00")
    recent = (attempt(at - timedelta(hours=3), campaign_id="c2"),)
    assert after_refusal(refused(at=at, attempts=recent)) == Due(at + timedelta(hours=1))


def test_whose_consent_ends_before_the_campaign_begins_is_not_asked_again_at_once() -> None:
    at = paris("2027-02-01 11:00:00")
    start = at + timedelta(days=1)
    decision = refused(at=at, campaign=campaign(starts_at=start), consents=(consent(expires_at=start),))
    assert decision.codes == {ReasonCode.CAMPAIGN_NOT_RUNNING}
    assert decision.next_open is None
    assert after_refusal(decision) == Due(at + timedelta(hours=1))


def test_whoever_answers_607_has_objected() -> None:
    """RFC 8197; field case 14."""
    at_once = campaign(retry={"max_attempts": 2, "min_gap_hours": 0})
    assert after_call(ended(Result.NOT_ANSWERED, sip_code=607), Made(), at_once) == closed("unwanted")


@pytest.mark.parametrize("sip", [603, 608])
def test_what_was_declined_is_not_tried_again_within_a_day(sip: int) -> None:
    at_once = campaign(retry={"max_attempts": 2, "min_gap_hours": 0})
    again = after_call(ended(Result.NOT_ANSWERED, sip_code=sip, ended_at=SENT), Made(), at_once)
    assert again == Due(SENT + timedelta(hours=24))
    later = campaign(retry={"max_attempts": 2, "min_gap_hours": 48})
    declined = after_call(ended(Result.NOT_ANSWERED, sip_code=603, ended_at=SENT), Made(), later)
    assert declined == Due(SENT + timedelta(hours=48))
