"""The `result` of a call, read from the prompts played and the keys pressed."""

from dialer.domain.calls.attempt import Result
from dialer.domain.calls.call_events import DialStatus, TraceStep, TraceVerb

FORWARDED = "forwarded"
"""The end reason of a call that the network took elsewhere (T111).

A callee who forwards calls is not called again.
"""

LATE_ANSWER = "late-answer"
"""The end reason of a call answered just as we gave up: the callee heard nothing."""


def result_of(
    dial_status: DialStatus, trace: tuple[TraceStep, ...], *, opposed: bool, machine: bool
) -> Result:
    """Return the `result` of a call (docs/glossary.md).

    An opposition outranks all else; a machine that "pressed 9" is an opposition too.
    """
    if opposed or _did(trace, TraceVerb.KEY, "9"):
        return Result.OPTED_OUT
    # Another party than the consenting one answered, and heard nothing.
    if dial_status is not DialStatus.ANSWER or end_reason(trace) == FORWARDED:
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


def end_reason(trace: tuple[TraceStep, ...]) -> str | None:
    """Return why we ended the call out of turn, None where we did not.

    `silence_cut` (T036), `media_timeout` (T110), `forwarded` (T111), `late_answer`.
    """
    return next((step.name.replace("-", "_") for step in trace if step.verb is TraceVerb.END), None)


def _did(trace: tuple[TraceStep, ...], verb: TraceVerb, name: str) -> bool:
    return any(step.verb is verb and step.name == name for step in trace)
