"""The record of the retention job's runs."""

from sqlalchemy import Column, Integer, Table, Text

from dialer.adapters.sql.db.columns import BigId, UtcDateTime
from dialer.adapters.sql.schema.tables import metadata

retention_runs = Table(
    "retention_runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("contacts", Integer, nullable=False),
    Column("consents", Integer, nullable=False),
    Column("keys", Integer, nullable=False),
    Column("error", Text),
)
