"""The call record, masked for those who may not see whole numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import TraceStep, TraceVerb
from dialer.domain.calls.outcome import end_reason, notice_end_ms
from dialer.domain.numbers.phone import parse_phone
from dialer.ports.records import CallFilter, CallRow
from dialer.ports.store import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.campaigns.scripts import Scripts

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallQuery:
    """Which calls: of a campaign, to a number in any plain spelling; `after` is the last attempt of the page before."""

    campaign_id: CampaignId | None = None
    phone_number: str | None = None
    after: AttemptId | None = None
    limit: int = 100


class CallRecords:
    def __init__(self, store: Store, scripts: Scripts, fingerprints: Fingerprints) -> None:
        self._store = store
        self._scripts = scripts
        self._fingerprints = fingerprints

    async def get(self, actor: Actor, attempt_id: AttemptId) -> Record:
        """Raise `NotFound`."""
        actor.demand(Right.READ_CALLS)
        (record,) = await self.records(actor, [await self._store.attempts.get(attempt_id)])
        return record

    async def page(self, actor: Actor, query: CallQuery) -> list[Record]:
        """In order of decision. Raise `NotFound` for an unknown campaign, `PhoneError` for no number: an empty list would mislead."""
        actor.demand(Right.READ_CALLS)
        if query.campaign_id:
            await self._store.campaigns.get(query.campaign_id)
        fingerprint = self._fingerprints.of(parse_phone(query.phone_number)) if query.phone_number else None
        found = CallFilter(query.campaign_id, fingerprint, query.after, query.limit)
        return await self.records(actor, await self._store.attempts.calls(found))

    async def records(self, actor: Actor, rows: Sequence[CallRow]) -> list[Record]:
        """Of calls that were read already."""
        whole = actor.may(Right.READ_NUMBERS)
        sealed = await self._store.ledger.permit_indices(row.attempt.id for row in rows)
        return [
            call_record(
                row,
                await self._scripts.hashes(row.attempt.script),
                whole_number=whole,
                ledger_index=sealed.get(row.attempt.id),
            )
            for row in rows
        ]


def call_record(
    row: CallRow, hashes: Mapping[str, str], *, whole_number: bool, ledger_index: int | None
) -> Record:
    """One call as JSON. `hashes`: SHA-256 by prompt name; times are RFC 3339 in UTC. `ledger_index`: of the decision, once sealed."""
    attempt = row.attempt
    answered_ms = _ms(attempt.answered_at)
    return {
        "attempt_id": attempt.id,
        "campaign_id": attempt.campaign_id,
        "contact": row.external_id,
        "phone_number": attempt.number if whole_number else masked(attempt.number),
        "decided_at": _text(attempt.decided_at),
        "originated_at": _text(attempt.originated_at),
        "ringing_at": _text(attempt.ringing_at),
        "answered_at": _text(attempt.answered_at),
        "ended_at": _text(attempt.ended_at),
        "state": attempt.state,
        "dial_status": attempt.dial_status,
        "hangup_cause": attempt.hangup_cause,
        "sip_code": attempt.sip_code,
        "result": attempt.result,
        "lapse_reason": attempt.lapse_reason,
        "keys": _keys(attempt, answered_ms),
        "prompts": _prompts(attempt, answered_ms, hashes),
        "notice_end_ms": notice_end_ms(attempt.trace, answered_ms) if answered_ms else None,
        "end_reason": end_reason(attempt.trace),
        "ended_outside_window": attempt.ended_outside_window,
        "caller_id": attempt.caller_id,
        "trunk": attempt.trunk,
        "pbx": attempt.pbx,
        "rule_pack": attempt.rule_pack,
        "decision_hash": attempt.decision_hash,
        "ledger_index": ledger_index,
    }


def masked(number: str) -> str:
    """Country code and last two digits are enough for an operator to recognise a call."""
    return f"{number[:3]}{'*' * max(0, len(number) - 5)}{number[-2:]}"


def _keys(attempt: Attempt, answered_ms: float | None) -> list[dict[str, object]]:
    return [
        {"key": step.name, "at_ms": _since(step.at, answered_ms)}
        for step in attempt.trace
        if step.verb is TraceVerb.KEY
    ]


def _prompts(
    attempt: Attempt, answered_ms: float | None, hashes: Mapping[str, str]
) -> list[dict[str, object]]:
    """Each prompt that began, with its end: whole (`completed`) or cut. A prompt still open when the call ended, ends with it."""
    return [
        _prompt(step, _end_of(attempt, index), answered_ms, hashes)
        for index, step in enumerate(attempt.trace)
        if step.verb is TraceVerb.PLAY
    ]


def _end_of(attempt: Attempt, index: int) -> TraceStep | None:
    name = attempt.trace[index].name
    ends = (
        s for s in attempt.trace[index + 1 :] if s.name == name and s.verb in (TraceVerb.DONE, TraceVerb.CUT)
    )
    return next(ends, None)


def _prompt(
    start: TraceStep, end: TraceStep | None, answered_ms: float | None, hashes: Mapping[str, str]
) -> dict[str, object]:
    return {
        "name": start.name,
        "sha256": hashes.get(start.name),
        "started_ms": _since(start.at, answered_ms),
        "ended_ms": _since(end.at, answered_ms) if end else None,
        "completed": end is not None and end.verb is TraceVerb.DONE,
    }


def _ms(at: datetime | None) -> float | None:
    return at.timestamp() * 1000 if at else None


def _since(at: datetime, answered_ms: float | None) -> int | None:
    return round(at.timestamp() * 1000 - answered_ms) if answered_ms is not None else None


def _text(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds") if at else None
