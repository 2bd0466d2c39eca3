"""The table of call-back probes: numbers of ours, never a callee's.

Rows are added, and never changed or deleted.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from dialer.adapters.sql.db.columns import UtcDateTime, one_of
from dialer.adapters.sql.schema.tables import metadata
from dialer.domain.calls.call_events import DialStatus
from dialer.domain.probes.probe import ProbeOutcome

probes = Table(
    "probes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("campaign_id", ForeignKey("campaigns.id"), nullable=False),
    Column("sponsor", Text, nullable=False),
    Column("number", String(16), nullable=False),
    Column("shown", String(16), nullable=False),
    Column("trunk", Text, nullable=False),
    Column("pbx", Text, nullable=False),
    Column("script", String(64), nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("outcome", one_of(ProbeOutcome, "outcome"), nullable=False),
    Column("detail", Text, nullable=False),
    Column("dial_status", one_of(DialStatus, "dial_status")),
    Column("hangup_cause", Integer),
    Column("sip_code", Integer),
    Column("heard_ms", Integer, nullable=False),
    Column("likeness", Integer),
    Column("recording_sha256", String(64)),
    # Nothing passes that was not heard.
    CheckConstraint(
        "outcome <> 'PASSED' OR (likeness IS NOT NULL AND recording_sha256 IS NOT NULL)", name="heard"
    ),
)
Index("ix_probes_number", probes.c.sponsor, probes.c.number, probes.c.started_at, probes.c.id)
