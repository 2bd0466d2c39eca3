"""Tables of the ledger. Sealed rows can only be added: triggers refuse any other change."""

import sqlalchemy as sa

from dialer.adapters.sql.db.columns import BigId, UtcDateTime
from dialer.adapters.sql.schema.base import metadata

# Events wait here from their commit until they are sealed, for a second at most: a commit need not
# wait for a place in the chain.
pending = sa.Table(
    "ledger_pending",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.String(64)),
    sa.Column("about", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("pretended", sa.Boolean, nullable=False),
)

# Bytes, not text: the hash was taken over them, and a damaged one must still be readable for the
# report.
entries = sa.Table(
    "ledger_entries",
    metadata,
    sa.Column("position", BigId, primary_key=True, autoincrement=False),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.String(64)),
    sa.Column("about", sa.Text),
)
sa.Index("ix_ledger_entries_about", entries.c.about)
sa.Index("ix_ledger_entries_subject", entries.c.subject)

tiles = sa.Table(
    "ledger_tiles",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", BigId, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

heads = sa.Table(
    "ledger_heads",
    metadata,
    sa.Column("size", BigId, primary_key=True, autoincrement=False),
    sa.Column("line", sa.Text, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
)
