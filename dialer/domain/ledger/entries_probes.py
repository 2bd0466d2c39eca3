"""Ledger events of the call-back probes (E9)."""

from dialer.domain.ledger.event import Kind, LedgerEvent, digest
from dialer.domain.ledger.redaction import redacted
from dialer.domain.probes.probe import Probe


def number_probed(probe: Probe) -> LedgerEvent:
    """Build the event of a probe.

    The number is vouched for by the digest: no number stands in the ledger, not even our own.
    """
    return LedgerEvent(
        at=probe.ended_at,
        kind=Kind.PROBE,
        about=probe.id,
        body={
            "by": redacted(probe.asked_by),
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
        },
    )
