"""Ledger events of decisions and calls.

The decision stands before its INVITE, the outcome after
(docs/rules/inspection-points.md#write-ahead).
"""

from collections.abc import Mapping
from datetime import datetime

from dialer.domain.base.types import CampaignId, Fingerprint
from dialer.domain.calls.attempt import Attempt
from dialer.domain.decision.record import Decision
from dialer.domain.ledger.event import Kind, LedgerEvent, act, digest
from dialer.domain.ledger.row_digests import VOUCHED, RecordedDecision, RecordKind, vouched
from dialer.domain.probes.probe import Probe


def permitted(attempt: Attempt, decision: Decision, recorded: RecordedDecision) -> LedgerEvent:
    permit = {RecordKind.PERMIT: vouched(attempt)[RecordKind.PERMIT]}
    body = {
        "decision_hash": attempt.decision_hash,
        "rule_pack": decision.rule_pack,
        "pack_hash": decision.pack_hash,
        "permit_until": attempt.permit_until,
        "expires_at": attempt.expires_at,
        "zones": decision.zones,
        "trunk": attempt.trunk,
        "pbx": attempt.pbx,
        "script": attempt.script,
        VOUCHED: permit | vouched(recorded),
    }
    return _about_call(attempt, Kind.PERMIT, decision.at, body)


def refused(decision: Decision, recorded: RecordedDecision) -> LedgerEvent:
    return LedgerEvent(
        at=decision.at,
        kind=Kind.REFUSAL,
        about=recorded.campaign_id,
        fingerprint=recorded.fingerprint,
        body={
            "campaign": recorded.campaign_id,
            "decision_hash": recorded.hash,
            "rule_pack": decision.rule_pack,
            "pack_hash": decision.pack_hash,
            "reasons": tuple((reason.rule, reason.code) for reason in decision.reasons),
            VOUCHED: vouched(recorded),
        },
    )


def set_aside(campaign_id: CampaignId, fingerprint: Fingerprint, error: str, *, at: datetime) -> LedgerEvent:
    """Build the event of a contact about whom nothing could be decided.

    It is not called again until a person has looked at it.
    """
    body = {"campaign": campaign_id, "error": error}
    return LedgerEvent(at=at, kind=Kind.SET_ASIDE, about=campaign_id, fingerprint=fingerprint, body=body)


def put_back(campaign_id: CampaignId, count: int, *, by: str, at: datetime) -> LedgerEvent:
    """Build the event of so many set-aside contacts that are judged again."""
    return act(Kind.PUT_BACK, {"contacts": count}, by=by, at=at, about=campaign_id)


def ended(attempt: Attempt) -> LedgerEvent:
    """Build the event of an attempt's end: ended, lapsed or lost."""
    body = {
        "state": attempt.state,
        "originated_at": attempt.originated_at,
        "dialed_at": attempt.dialed_at,
        "answered_at": attempt.answered_at,
        "opposed_at": attempt.opposed_at,
        "ended_at": attempt.ended_at,
        "dial_status": attempt.dial_status,
        "result": attempt.result,
        "record": vouched(attempt)[RecordKind.CALL],
    }
    return _about_call(attempt, Kind.OUTCOME, attempt.ended_at or attempt.decided_at, body)


def opposed_late(attempt: Attempt) -> LedgerEvent:
    """Build the event of a 9 reported after the end: the record of the call has changed again."""
    body = {
        "opposed_at": attempt.opposed_at,
        "result": attempt.result,
        "record": vouched(attempt)[RecordKind.CALL],
    }
    return _about_call(attempt, Kind.LATE_OPPOSITION, attempt.opposed_at or attempt.decided_at, body)


def number_probed(probe: Probe) -> LedgerEvent:
    """Build the event of a probe.

    The number is vouched for by the digest: no number stands in the ledger, not even our own.
    """
    body = {
        "campaign": probe.campaign_id,
        "outcome": probe.outcome,
        "dial_status": probe.dial_status,
        "hangup_cause": probe.hangup_cause,
        "sip_code": probe.sip_code,
        "script": probe.script,
        "heard_ms": probe.heard_ms,
        "likeness": probe.likeness,
        "recording_sha256": probe.recording_sha256,
        "record": digest(probe),
    }
    return act(Kind.PROBE, body, by=probe.asked_by, at=probe.ended_at, about=probe.id)


def _about_call(attempt: Attempt, kind: Kind, at: datetime, body: Mapping[str, object]) -> LedgerEvent:
    whole = {"campaign": attempt.campaign_id, **body}
    return LedgerEvent(at, kind, whole, attempt.fingerprint, attempt.id)
