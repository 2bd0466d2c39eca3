"""Call-back probes, as the OpenAPI document describes them (`services/views/probe.py` makes them)."""

from pydantic import Field

from dialer.api.http.wire import Instant, Wire
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.probes.probe import ProbeOutcome


class ProbeView(Wire):
    """`number` was rung, presenting `shown`."""

    id: str
    campaign_id: str = Field(description="The campaign it was made for; it counts for all of its sponsor.")
    number: str
    outcome: ProbeOutcome
    detail: str
    started_at: Instant
    ended_at: Instant
    shown: str
    sponsor: str
    trunk: str
    pbx: str
    script: str = Field(description="Hash of the prompts whose greeting was expected.")
    asked_by: str
    dial_status: DialStatus | None
    hangup_cause: int | None = Field(description="Q.850.")
    sip_code: int | None
    heard_ms: int
    likeness: int | None = Field(description="How much of the greeting was heard, in per cent.")
    recording_sha256: str | None = Field(description="Of what was heard, A-law at 8 kHz.")


class ProbeList(Wire):
    items: list[ProbeView]
    next_cursor: str | None
