"""The outcome of a call: its `result`, and whether an end is about callee, number or trunk. Pure.

The result is read from the prompts played and the keys pressed. An end without an answer is
classified by its SIP code (RFC 3261, 21; RFC 8197 for 607; RFC 8688 for 608), since Asterisk 22
derives a wrong cause from several codes (420: 3, 484: 28, 485: 1). The cause (ITU-T Q.850;
RFC 3398, 8.2.6.1) decides in two cases only. Codes that say little, such as 480, leave it to the
cause. A code that says the number is unassigned is believed unless the cause names a fault of the
trunk: Asterisk derives no such cause from these codes, so it came with a `Reason` of the answer
(RFC 3326) that replaced the derived one.
"""

from enum import StrEnum

from dialer.domain.base.types import FreeText, code_or_text
from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.call_events import DialStatus, TraceStep, TraceVerb


class EndReason(StrEnum):
    """Reasons for which we end a call out of turn.

    The words are shown; a trace holds them with hyphens.
    """

    SILENCE_CUT = "silence_cut"
    """Electoral silence began (T036)."""
    MEDIA_TIMEOUT = "media_timeout"
    """No packet came from the callee (T110)."""
    FORWARDED = "forwarded"
    """The network took the call elsewhere (T111). The callee is not called again."""
    LATE_ANSWER = "late_answer"
    """An answer came just as we gave up: the callee heard nothing."""

    @property
    def in_trace(self) -> str:
        return self.replace("_", "-")


def result_of(
    dial_status: DialStatus, trace: tuple[TraceStep, ...], *, opposed: bool, machine: bool
) -> Result:
    """Return the `result` of a call (docs/glossary.md).

    An opposition outranks all else; a machine that "pressed 9" is an opposition too.
    """
    if opposed or _did(trace, TraceVerb.KEY, "9"):
        return Result.OPTED_OUT
    # Another party than the consenting one answered, and heard nothing.
    if dial_status is not DialStatus.ANSWER or end_reason(trace) is EndReason.FORWARDED:
        return Result.NOT_ANSWERED
    if machine:
        return Result.MACHINE_MESSAGE if _did(trace, TraceVerb.DONE, "voicemail") else Result.MACHINE
    if _did(trace, TraceVerb.DONE, "message"):
        return Result.MESSAGE_PLAYED
    if _did(trace, TraceVerb.PLAY, "message"):
        return Result.MESSAGE_CUT
    if _did(trace, TraceVerb.PLAY, "legal"):
        return Result.LEGAL_NOTICE
    return Result.NO_KEY if _did(trace, TraceVerb.DONE, "notice") else Result.HANGUP_IN_NOTICE


def notice_end_ms(trace: tuple[TraceStep, ...], answered_ms: float) -> int | None:
    """Return the milliseconds from the answer to the end of the notice, None if it never ended.

    `answered_ms` is the answer in UNIX milliseconds.
    """
    ends = [
        step.at.timestamp() * 1000 for step in trace if step.verb is TraceVerb.DONE and step.name == "notice"
    ]
    return round(ends[0] - answered_ms) if ends else None


def end_reason(trace: tuple[TraceStep, ...]) -> EndReason | FreeText | None:
    """Return why we ended the call out of turn, None where we did not."""
    ends = (step.name.replace("-", "_") for step in trace if step.verb is TraceVerb.END)
    return next((code_or_text(end, EndReason) for end in ends), None)


def _did(trace: tuple[TraceStep, ...], verb: TraceVerb, name: str) -> bool:
    return any(step.verb is verb and step.name == name for step in trace)


class About(StrEnum):
    """The subject of an end without an answer, by which health, caps and retries count it."""

    CALLEE = "callee"
    """Busy, declined, not answered, or no better reading is known. The call counts."""
    NUMBER = "number"
    """The network says that the number is not assigned (T057)."""
    TRUNK = "trunk"
    """The network refused the call for reasons that would hold for any callee."""
    SILENCE = "silence"
    """Nothing came back to the INVITE. The telephone may have rung all the same."""


SIP_ABOUT_NUMBER = frozenset({404, 410, 604})
"""Not found, gone, does not exist anywhere."""
SIP_SILENCE = frozenset({408})
SIP_ABOUT_TRUNK = frozenset(
    # Not authorised, payment, forbidden, not acceptable, proxy authentication, too large, media,
    # URI scheme, extensions, interval.
    {400, 401, 402, 403, 405, 406, 407, 413, 414, 415, 416, 420, 421, 422, 423}
    # Anonymity, identity, loops, hops, incomplete or ambiguous address, media, security.
    | {428, 433, 436, 437, 438, 439, 440, 482, 483, 484, 485, 488, 493, 494}
    # Servers, media anywhere, and what an intermediary refused by itself.
    | {500, 501, 502, 503, 504, 505, 513, 580, 606, 608}
)
UNWANTED = 607
"""The person called says that calls of this kind are unwanted, now and later (RFC 8197).

It is an opposition.
"""
REJECTED = 608
"""An intermediary has judged the call unwanted (RFC 8688); the person was not asked."""
DECLINED = frozenset({603, REJECTED})
"""Refusals after which the same callee is not tried again at once, whether a person or a server
said so.
"""
CAUSES_ABOUT_NUMBER = frozenset({1, 22})
"""Unallocated, number changed."""
CAUSES_SILENCE = frozenset({18, 102})
"""No user responding, recovery on timer expiry."""
CAUSES_ABOUT_TRUNK = frozenset(
    {2, 3, 28, 29, 34, 38, 41, 42, 43, 44, 47, 50, 52, 57, 58, 63, 65, 79, 88, 111}
)
"""Causes of network, circuits, resources and protocol.

No route (twice), invalid format, facility rejected, circuits, network, congestion, resources,
services and protocol.
"""


def about(hangup_cause: int | None, sip_code: int | None) -> About:
    """Classify an end without an answer. `sip_code` None: no final answer came."""
    if sip_code is None:
        return About.SILENCE if hangup_cause in CAUSES_SILENCE else _by_cause(hangup_cause)
    if sip_code in SIP_ABOUT_NUMBER:
        return About.TRUNK if hangup_cause in CAUSES_ABOUT_TRUNK else About.NUMBER
    if sip_code in SIP_SILENCE:
        return About.SILENCE
    return About.TRUNK if sip_code in SIP_ABOUT_TRUNK else _by_cause(hangup_cause)


def _by_cause(hangup_cause: int | None) -> About:
    if hangup_cause in CAUSES_ABOUT_NUMBER:
        return About.NUMBER
    return About.TRUNK if hangup_cause in CAUSES_ABOUT_TRUNK else About.CALLEE


def end_about(attempt: Attempt) -> About:
    """Classify the end of an attempt.

    After an answer it is `CALLEE`: person and trunk were there. So it is where the telephone rang:
    the INVITE was not met with silence.
    """
    if attempt.state is not AttemptState.ENDED or attempt.answered_at:
        return About.CALLEE
    found = about(attempt.hangup_cause, attempt.sip_code)
    return About.CALLEE if found is About.SILENCE and attempt.ringing_at else found


def counts(attempt: Attempt) -> bool:
    """Return whether the person was, or may have been, called (FP-27, T065).

    False where the network refused before anything rang.
    """
    if attempt.state is AttemptState.LAPSED:
        return False
    return end_about(attempt) in {About.CALLEE, About.SILENCE} or attempt.ringing_at is not None


def unwanted(attempt: Attempt) -> bool:
    """Return whether the person called has answered that such calls are unwanted."""
    return attempt.answered_at is None and attempt.sip_code == UNWANTED
