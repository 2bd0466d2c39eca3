"""Tables of restorations, and of calls that are known from the journal alone."""

from sqlalchemy import JSON, Column, Index, String, Table, Text

from dialer.adapters.sql.db.columns import BigId, UtcDateTime
from dialer.adapters.sql.schema.tables import metadata

restores = Table(
    "restores",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("restored_at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("read_back", JSON, nullable=False),
    Column("ended_at", UtcDateTime),
)

# No foreign keys: campaign and contact may be younger than the backup that was restored.
past_calls = Table(
    "past_calls",
    metadata,
    Column("attempt_id", String(32), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("campaign_id", String(13), nullable=False),
    Column("sponsor", Text),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix_past_calls_fingerprint", past_calls.c.fingerprint)
