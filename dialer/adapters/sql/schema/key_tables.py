"""Tables of the fingerprint keys."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, func, select

from dialer.adapters.sql.db.columns import UtcDateTime
from dialer.adapters.sql.schema.tables import metadata

# The last version is in force. Every transaction reads it: with older keys a process would
# recognise no number.
fingerprint_keys = Table(
    "fingerprint_keys",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("mark", Text, nullable=False),
    Column("made_at", UtcDateTime),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
LAST_VERSION = select(func.max(fingerprint_keys.c.version)).scalar_subquery()

# One row while the keys are being changed, none otherwise. `collected`: `rekeyed` holds every
# number there was at the start.
key_rotation = Table(
    "key_rotation",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("mark", Text, nullable=False),
    Column("made_at", UtcDateTime),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("collected", Boolean, nullable=False),
)

# Every number, by its fingerprint at the start of the change. `new` is its present one; None until
# it is moved.
rekeyed = Table(
    "rekeyed",
    metadata,
    Column("old", String(64), primary_key=True),
    Column("new", String(64)),
)
LEFT = rekeyed.c.new.is_(None)
Index("ix_rekeyed_left", rekeyed.c.old, sqlite_where=LEFT, postgresql_where=LEFT)
Index("uq_rekeyed_new", rekeyed.c.new, unique=True)

# The ledger's names of numbers from before their fingerprints changed: it keeps using them.
pseudonyms = Table(
    "pseudonyms",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("subject", String(64), nullable=False),
)
