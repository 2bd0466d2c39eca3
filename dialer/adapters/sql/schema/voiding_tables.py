"""The table of voidings that were undone."""

from sqlalchemy import Column, Index, String, Table, Text

from dialer.adapters.sql.db.columns import BigId, UtcDateTime
from dialer.adapters.sql.schema.tables import metadata

# Rows moved here from `consents`, under their ids, when they were undone: a reader of consents does
# not meet them.
undone_voidings = Table(
    "undone_voidings",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("fingerprint", String(64), nullable=False),
    Column("channel", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("trunk", Text, nullable=False),
    Column("restored_at", UtcDateTime, nullable=False),
    Column("restored_by", Text, nullable=False),
    Column("restored_reason", Text, nullable=False),
)
Index("ix_undone_voidings_fingerprint", undone_voidings.c.fingerprint)
