"""A call-back probe as JSON. Its numbers are our own, so everybody who may read the campaign sees them whole."""

from typing import Any

from dialer.domain.probes.probe import Probe
from dialer.services.views.instants import instant_text


def probe_view(probe: Probe) -> dict[str, Any]:
    return {
        "id": probe.id,
        "campaign_id": probe.campaign_id,
        "number": probe.number,
        "outcome": probe.outcome.value,
        "detail": probe.detail,
        "started_at": instant_text(probe.started_at),
        "ended_at": instant_text(probe.ended_at),
        "shown": probe.shown,
        "sponsor": probe.sponsor,
        "trunk": probe.trunk,
        "pbx": probe.pbx,
        "script": probe.script,
        "asked_by": probe.asked_by,
        "dial_status": probe.dial_status.value if probe.dial_status else None,
        "hangup_cause": probe.hangup_cause,
        "sip_code": probe.sip_code,
        "heard_ms": probe.heard_ms,
        "likeness": probe.likeness,
        "recording_sha256": probe.recording_sha256,
    }
