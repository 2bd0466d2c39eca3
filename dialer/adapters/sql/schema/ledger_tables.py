"""Tables of the ledger. Sealed rows can only be added: triggers refuse any other change."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from dialer.adapters.sql.db.columns import BigId, UtcDateTime
from dialer.adapters.sql.schema.tables import metadata

# Events wait here from their commit until they are sealed, for a second at most: a commit need not
# wait for a place in the chain.
pending = Table(
    "ledger_pending",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("fingerprint", String(64)),
    Column("about", Text),
    Column("body", Text, nullable=False),
    Column("pretended", Boolean, nullable=False),
)

# Bytes, not text: the hash was taken over them, and a damaged one must still be readable for the
# report.
entries = Table(
    "ledger_entries",
    metadata,
    Column("position", BigId, primary_key=True, autoincrement=False),
    Column("text", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", String(64)),
    Column("about", Text),
)
Index("ix_ledger_entries_about", entries.c.about)
Index("ix_ledger_entries_subject", entries.c.subject)

tiles = Table(
    "ledger_tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigId, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

heads = Table(
    "ledger_heads",
    metadata,
    Column("size", BigId, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
)
