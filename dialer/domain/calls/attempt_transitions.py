"""Transitions of an attempt by the events of its call. Pure.

They take events in any order, since events may overtake one another.
"""

from dataclasses import replace
from datetime import datetime

from dialer.domain.calls import call_events
from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.outcome import result_of


def apply_event(attempt: Attempt, event: call_events.CallEvent) -> Attempt:
    """Return the attempt after `event`; the same object where nothing changes.

    A final attempt gains an opposition at most.
    """
    if isinstance(event, call_events.Opposed):
        return (
            attempt
            if attempt.opposed_at
            else replace(attempt, opposed_at=event.at, result=_opposed_result(attempt))
        )
    if not attempt.alive:
        return attempt
    match event:
        case call_events.Refused(why=why) if (
            why is not call_events.RefusalCause.REPEATED and attempt.dialed_at is None
        ):
            return expire(attempt, event.at, why)
        case call_events.NotSent(why=why) if attempt.dialed_at is None:
            return expire(attempt, event.at, why)
        case call_events.Dialing():
            return replace(attempt, dialed_at=attempt.dialed_at or event.at)
        case call_events.Ringing():
            return _ringing(attempt, event.at)
        case call_events.Answered():
            return replace(
                attempt,
                state=AttemptState.ANSWERED,
                answered_at=event.at,
                dialed_at=attempt.dialed_at or event.at,
            )
        case call_events.MachineFound():
            return replace(attempt, machine_at=attempt.machine_at or event.at)
        case call_events.Ended():
            return _end(attempt, event)
        case (
            call_events.Refused()
            | call_events.NotSent()
            | call_events.ChannelGone()
            | call_events.TalkingStarted()
            | call_events.TalkingStopped()
            | call_events.MachineSpoken()
        ):
            return attempt


def expire(attempt: Attempt, at: datetime, why: call_events.LapseReason) -> Attempt:
    """Mark the attempt as lapsed: nothing was sent, and nothing will be."""
    return replace(attempt, state=AttemptState.LAPSED, ended_at=at, lapse_reason=why)


def mark_lost(attempt: Attempt, at: datetime) -> Attempt:
    """Mark the attempt as lost: sent, outcome unknown. It counts, and is never sent again."""
    result = Result.OPTED_OUT if attempt.opposed_at else Result.LOST
    return replace(attempt, state=AttemptState.LOST, ended_at=at, result=result)


def _opposed_result(attempt: Attempt) -> Result | None:
    return attempt.result if attempt.alive else Result.OPTED_OUT


def _ringing(attempt: Attempt, at: datetime) -> Attempt:
    state = AttemptState.RINGING if attempt.state is AttemptState.ORIGINATING else attempt.state
    return replace(
        attempt, state=state, ringing_at=attempt.ringing_at or at, dialed_at=attempt.dialed_at or at
    )


SHUT = frozenset(
    {call_events.UnsentCause.OVERTAKEN, call_events.RefusalCause.HALTED, call_events.RefusalCause.PAUSED}
)
"""Reasons outside the call itself: the contact can be called as soon as calls are made again."""
NO_SUCH_TRUNK = 3
"""The cause of a Dial to an endpoint that Asterisk does not have: no channel, so no INVITE.

A SIP answer may have the same cause.
"""


def _never_left(attempt: Attempt, event: call_events.Ended) -> bool:
    """Return whether no INVITE left (T065). Any other end may have had one, answered or not."""
    heard_of = attempt.ringing_at or attempt.answered_at or event.sip_code
    no_trunk = event.dial_status is call_events.DialStatus.CHANUNAVAIL and event.hangup_cause == NO_SUCH_TRUNK
    return no_trunk and not heard_of


def _end(attempt: Attempt, event: call_events.Ended) -> Attempt:
    if _never_left(attempt, event):
        return replace(expire(attempt, event.at, call_events.UnsentCause.TRUNK), dialed_at=None)
    result = result_of(
        event.dial_status,
        event.trace,
        opposed=attempt.opposed_at is not None,
        machine=attempt.machine_at is not None,
    )
    return replace(
        attempt,
        state=AttemptState.ENDED,
        dialed_at=attempt.dialed_at or event.at,
        ended_at=event.at,
        dial_status=event.dial_status,
        hangup_cause=event.hangup_cause,
        sip_code=event.sip_code,
        trace=event.trace,
        result=result,
    )
