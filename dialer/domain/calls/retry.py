"""A contact after a call or a refusal: due again, or closed with a reason (FP-27, T057, T065)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dialer.domain.base.types import FreeText
from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.outcome import DECLINED, About, EndReason, counts, end_about, end_reason, unwanted
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.decision.record import PROJECT_RULE, Decision, Lifting, ReasonCode, RefusalReason


@dataclass(frozen=True, slots=True)
class Due:
    """A contact to be judged again at `at` (UTC), and called if the decision then permits."""

    at: datetime


class ClosedReason(StrEnum):
    """Outcomes of calls that close a contact. The words are stored and shown."""

    DELIVERED = "delivered"
    MESSAGE_CUT = "message_cut"
    NO_KEY = "no_key"
    OPTED_OUT = "opted_out"
    HUNG_UP = "hung_up"
    LEGAL_NOTICE = "legal_notice"
    LOST = "lost"
    FORWARDED = "forwarded"
    UNWANTED = "unwanted"
    """The telephone answered that calls of this kind are unwanted (SIP 607)."""
    NUMBER_GONE = "number_gone"
    MAX_ATTEMPTS = "max_attempts"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class ContactClosed:
    """A contact that is not called again in this campaign.

    `reason` is an outcome, the code of a refusal, or the error of a judgement that failed.
    """

    reason: ClosedReason | ReasonCode | FreeText


@dataclass(frozen=True, slots=True)
class Made:
    """Finished attempts on a contact.

    `tried`: counted by `max_attempts`. `failed`: never reached the callee's network.
    """

    tried: int = 0
    failed: int = 0


AFTER_DECLINED = timedelta(hours=24)
"""Least wait before a declined call (SIP 603, 608) is tried again, even if the gap is shorter."""
AGAIN = frozenset({Result.MACHINE, Result.NOT_ANSWERED})
"""The only results that are tried again.

With any other the callee was reached, and a second call would put pressure on them.
"""
CLOSED_BY: dict[Result, ClosedReason] = {
    Result.MESSAGE_PLAYED: ClosedReason.DELIVERED,
    Result.MACHINE_MESSAGE: ClosedReason.DELIVERED,
    Result.MESSAGE_CUT: ClosedReason.MESSAGE_CUT,
    Result.NO_KEY: ClosedReason.NO_KEY,
    Result.OPTED_OUT: ClosedReason.OPTED_OUT,
    Result.HANGUP_IN_NOTICE: ClosedReason.HUNG_UP,
    Result.LEGAL_NOTICE: ClosedReason.LEGAL_NOTICE,
    Result.LOST: ClosedReason.LOST,
}
REVIEW = "REVIEW"
"""A code in place of a refusal's codes: the decision itself could not be made."""
LONGEST_WAIT = timedelta(hours=1)
"""Longest wait before a contact is judged again whom our side or the trunk failed to call."""

PAUSE = timedelta(hours=1)
"""Wait after a refusal that is over at a time the decision does not state."""


def lifted_by(event: Lifting) -> frozenset[ReasonCode]:
    return frozenset(code for code in ReasonCode if event in code.lifted_by)


WAITS = lifted_by(Lifting.CALENDAR)
PAUSES = lifted_by(Lifting.TIME)
WANT_OF_CONSENT = lifted_by(Lifting.CONSENT)
"""A contact closed by one of these is judged again after a new consent."""
OF_THE_MACHINE = lifted_by(Lifting.MACHINE)
"""The callee stays due: no contact is judged while one of these lasts."""
NUMBER_BUSY = timedelta(minutes=5)
"""Wait of a contact whose number is being called elsewhere: longer than nearly every call."""


def for_review(error: str) -> ContactClosed:
    """Close a contact whose judgement failed: unknown is no call."""
    return ContactClosed(FreeText(f"review: {error}"))


def number_gone(attempt: Attempt) -> bool:
    """Return whether the network says that the number is not assigned (T057).

    Its next holder has consented to nothing.
    """
    return end_about(attempt) is About.NUMBER


def wait_after_failures(failures: int) -> timedelta:
    """Return a minute after the first failure, and twice as long after each, up to an hour."""
    return min(timedelta(minutes=2 ** min(failures - 1, 6)), LONGEST_WAIT)


def after_call(attempt: Attempt, made: Made, definition: CampaignDefinition) -> Due | ContactClosed:
    """Return the contact's state after `attempt`, whose `ended_at` must be known.

    `made`: the earlier attempts, without this one.
    """
    if attempt.opposed_at is not None:
        return ContactClosed(ClosedReason.OPTED_OUT)
    if attempt.state is AttemptState.LOST:
        return ContactClosed(ClosedReason.LOST)
    if end_reason(attempt.trace) is EndReason.FORWARDED:
        return ContactClosed(ClosedReason.FORWARDED)
    result = attempt.result or Result.LOST
    if result not in AGAIN:
        return ContactClosed(CLOSED_BY[result])
    if unwanted(attempt):
        return ContactClosed(ClosedReason.UNWANTED)
    if number_gone(attempt):
        return ContactClosed(ClosedReason.NUMBER_GONE)
    declined = attempt.sip_code in DECLINED
    if not counts(attempt):
        wait = AFTER_DECLINED if declined else wait_after_failures(made.failed + 1)
        return Due((attempt.ended_at or attempt.decided_at) + wait)
    if end_about(attempt) is not About.SILENCE and made.tried + 1 >= definition.retry.max_attempts:
        return ContactClosed(ClosedReason.MAX_ATTEMPTS)
    called_at = attempt.dialed_at or attempt.originated_at or attempt.decided_at
    gap = timedelta(hours=definition.retry.min_gap_hours)
    return Due(called_at + (max(gap, AFTER_DECLINED) if declined else gap))


def after_refusal(decision: Decision) -> Due | ContactClosed:
    """Return the contact's state after a refusal.

    Reasons that time or an operator can lift wait. Any other closes the contact, and so does a
    calendar that never opens again.
    """
    for reason in decision.reasons:
        if final(reason, decision):
            return ContactClosed(reason.code)
    shut = [reason.code for reason in decision.reasons if reason.code in WAITS]
    if shut and decision.next_open is None:
        silent = ReasonCode.ELECTORAL_SILENCE in shut
        return ContactClosed(ReasonCode.ELECTORAL_SILENCE if silent else shut[0])
    # A campaign that has not begun does not say yet that its calendar never opens.
    waits = decision.next_open is None or any(reason.code in PAUSES for reason in decision.reasons)
    pause = PAUSE if waits else timedelta(0)
    return Due(max(decision.next_open or decision.at, decision.at + pause))


def final(reason: RefusalReason, decision: Decision) -> bool:
    """Return whether the reason closes the contact: neither time nor an operator lifts it."""
    if reason.code is ReasonCode.CAPPED:
        return reason.rule == PROJECT_RULE
    if reason.code is ReasonCode.SUPPRESSED:
        return reason.rule != PROJECT_RULE
    if reason.code is ReasonCode.CALLER_ID:
        return decision.caller_id is None
    return reason.code not in WAITS | PAUSES | OF_THE_MACHINE
