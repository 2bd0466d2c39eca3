"""Calls: prompts, keys pressed, and how each call ended; one by one and exported.

An export is one long CSV file or JSON document, written while the calls are read.
"""

import csv
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Self, TextIO

from dialer.domain.calls.attempt import Attempt, AttemptState, Result
from dialer.domain.calls.call_events import DialStatus, TraceStep, TraceVerb
from dialer.domain.calls.outcome import end_reason, notice_end_ms
from dialer.services.calls.call_records import CallRecord
from dialer.views import base


class KeyView(base.View):
    """A key that was pressed."""

    key: Annotated[str, base.about("The key: 0 to 9, * or #.", "1")]
    at_ms: Annotated[int | None, base.about("Milliseconds since the answer.", 5200)]


class PromptView(base.View):
    """A prompt that began."""

    name: Annotated[str, base.about("Name of the prompt.", "message")]
    sha256: Annotated[str | None, base.about("SHA-256 of its audio, A-law at 8 kHz.", base.SHA256)]
    started_ms: Annotated[int | None, base.about("Milliseconds from the answer to its start.", 6100)]
    ended_ms: Annotated[
        int | None, base.about("Milliseconds from the answer to its end; null: the call ended first.", 18400)
    ]
    completed: Annotated[bool, base.about("Whether it was heard to its end.", True)]


class CallView(base.View):
    """An attempt to reach one person."""

    attempt_id: Annotated[str, base.about("The attempt: 32 hexadecimal digits.", base.ATTEMPT_ID)]
    campaign_id: Annotated[str, base.about("The campaign.", base.CAMPAIGN_ID)]
    contact: Annotated[str | None, base.about("`external_id` of the contact.", "member-17")]
    phone_number: Annotated[
        str, base.about("The callee's number in E.164; masked for operators and campaigners.", base.NUMBER)
    ]
    decided_at: Annotated[base.Instant, base.about("When the permit was decided.", base.AT)]
    originated_at: Annotated[base.Instant | None, base.about("When the PBX was asked to call.", base.AT)]
    ringing_at: Annotated[base.Instant | None, base.about("When it rang; null: it never did.", base.AT)]
    answered_at: Annotated[
        base.Instant | None, base.about("When it was answered; null: it never was.", base.AT)
    ]
    ended_at: Annotated[base.Instant | None, base.about("When it was over; null: it goes on.", base.AT)]
    state: Annotated[AttemptState, base.about("Where the attempt is in its life.", "ended")]
    dial_status: Annotated[DialStatus | None, base.about("DIALSTATUS of Asterisk; null before.", "ANSWER")]
    hangup_cause: Annotated[int | None, base.about("Cause of the release, Q.850.", 16)]
    sip_code: Annotated[int | None, base.about("Status of the final SIP response.", 200)]
    result: Annotated[Result | None, base.about("What came of it; null before its end.", "MESSAGE_PLAYED")]
    lapse_reason: Annotated[
        str | None, base.about("Why nothing was sent; null: something was, or may be.", None, "EXPIRED")
    ]
    keys: Annotated[tuple[KeyView, ...], base.about("Keys pressed, in order.")]
    prompts: Annotated[tuple[PromptView, ...], base.about("Prompts that began, in order.")]
    notice_end_ms: Annotated[
        int | None, base.about("Milliseconds from the answer to the end of the whole notice.", 5900)
    ]
    end_reason: Annotated[
        str | None,
        base.about(
            "Why we ended it out of turn: `silence_cut`, `media_timeout`, `forwarded` or `late_answer`;"
            " null: we did not.",
            None,
            "silence_cut",
        ),
    ]
    ended_outside_window: Annotated[
        bool, base.about("Whether it began in time and ran on after the end of its hours.", False)
    ]
    caller_id: Annotated[str, base.about("The number presented, in E.164.", base.OWN_NUMBER)]
    trunk: Annotated[str, base.about("Name of the trunk.", "default")]
    pbx: Annotated[str, base.about("Name of the PBX.", "pbx1")]
    rule_pack: Annotated[str, base.about("The rule pack of the decision, `name@version`.", "fr-political@2")]
    decision_hash: Annotated[str, base.about("Hash of the decision: SHA-256.", base.SHA256)]
    ledger_index: Annotated[
        int | None, base.about("Index of the decision's entry in the ledger; null: not sealed yet.", 41)
    ]

    @classmethod
    def of(cls, record: CallRecord) -> Self:
        attempt = record.attempt
        answered_ms = _ms(attempt.answered_at)
        return cls(
            attempt_id=attempt.id,
            campaign_id=attempt.campaign_id,
            contact=record.external_id,
            phone_number=record.phone_number,
            decided_at=attempt.decided_at,
            originated_at=attempt.originated_at,
            ringing_at=attempt.ringing_at,
            answered_at=attempt.answered_at,
            ended_at=attempt.ended_at,
            state=attempt.state,
            dial_status=attempt.dial_status,
            hangup_cause=attempt.hangup_cause,
            sip_code=attempt.sip_code,
            result=attempt.result,
            lapse_reason=attempt.lapse_reason,
            keys=_keys(attempt, answered_ms),
            prompts=_prompts(attempt, answered_ms, record.prompt_hashes),
            notice_end_ms=notice_end_ms(attempt.trace, answered_ms) if answered_ms else None,
            end_reason=end_reason(attempt.trace),
            ended_outside_window=attempt.ended_outside_window,
            caller_id=attempt.caller_id,
            trunk=attempt.trunk,
            pbx=attempt.pbx,
            rule_pack=attempt.rule_pack,
            decision_hash=attempt.decision_hash,
            ledger_index=record.ledger_index,
        )


class CallList(base.Listing[CallView]):
    """Calls in order of decision."""


CALL_COLUMNS = tuple(CallView.model_fields)
"""The columns of every CSV file of calls, in order."""


def _keys(attempt: Attempt, answered_ms: float | None) -> tuple[KeyView, ...]:
    return tuple(
        KeyView(key=step.name, at_ms=_since(step.at, answered_ms))
        for step in attempt.trace
        if step.verb is TraceVerb.KEY
    )


def _prompts(
    attempt: Attempt, answered_ms: float | None, hashes: Mapping[str, str]
) -> tuple[PromptView, ...]:
    """Return each prompt that began, with its end: whole (`completed`) or cut.

    A prompt still open when the call ended, ends with it.
    """
    return tuple(
        _prompt(step, _end_of(attempt, index), answered_ms, hashes)
        for index, step in enumerate(attempt.trace)
        if step.verb is TraceVerb.PLAY
    )


def _end_of(attempt: Attempt, index: int) -> TraceStep | None:
    name = attempt.trace[index].name
    ends = (
        s for s in attempt.trace[index + 1 :] if s.name == name and s.verb in (TraceVerb.DONE, TraceVerb.CUT)
    )
    return next(ends, None)


def _prompt(
    start: TraceStep, end: TraceStep | None, answered_ms: float | None, hashes: Mapping[str, str]
) -> PromptView:
    return PromptView(
        name=start.name,
        sha256=hashes.get(start.name),
        started_ms=_since(start.at, answered_ms),
        ended_ms=_since(end.at, answered_ms) if end else None,
        completed=end is not None and end.verb is TraceVerb.DONE,
    )


def _ms(at: datetime | None) -> float | None:
    return at.timestamp() * 1000 if at else None


def _since(at: datetime, answered_ms: float | None) -> int | None:
    return round(at.timestamp() * 1000 - answered_ms) if answered_ms is not None else None


_RUNS = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def cell(value: object) -> str:
    """Return the text of one CSV cell.

    Numbers stay as they are, telephone numbers too. A list becomes JSON, None is empty.
    """
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    return f"'{text}" if _RUNS.search(text) and not _NUMBER.fullmatch(text) else text


CallPages = AsyncIterator[Sequence[CallView]]


async def export_csv(pages: CallPages, out: TextIO) -> None:
    """Write calls as CSV (RFC 4180), always with a header line."""
    writer = csv.writer(out)
    writer.writerow(CALL_COLUMNS)
    async for page in pages:
        writer.writerows(map(cell, call.document().values()) for call in page)


async def export_json(pages: CallPages, out: TextIO) -> None:
    """Write calls in the shape of every list, one call a line."""
    out.write('{"items": [')
    separator = "\n"
    async for page in pages:
        for call in page:
            out.write(separator + call.model_dump_json())
            separator = ",\n"
    out.write('\n], "next_cursor": null}\n')
