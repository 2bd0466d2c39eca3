"""Tables of the machine: tokens, keys, halts, notifications, restorations and retention.

Past calls (`past_calls`) are those that after a restoration are known from the journal alone.
"""

import sqlalchemy as sa

from dialer.adapters.sql.db.columns import BigId, UtcDateTime, one_of
from dialer.adapters.sql.schema.base import metadata
from dialer.domain.access import Role

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("role", one_of(Role, "role"), nullable=False),
    sa.Column("secret_sha256", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("revoked_at", UtcDateTime),
    sa.Column("last_used_at", UtcDateTime),
)
sa.Index("uq_tokens_secret_sha256", tokens.c.secret_sha256, unique=True)

# An answer without a status is still being worked out, or was never given.
idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_sha256", sa.String(64), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("location", sa.Text),
    sa.Column("body", sa.LargeBinary),
    sa.CheckConstraint("(status IS NULL) = (body IS NULL)", name="answered"),
)
sa.Index("ix_idempotency_at", idempotency.c.at)

# One row, made by the first migration: a store without it does not know whether dialling is halted,
# so it does not dial.
system = sa.Table(
    "system",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("halted", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime),
    sa.CheckConstraint("id = 1", name="single"),
)

# Each halt ever called. Its id stands in the flag of the PBXs: an ended halt is not taken for a new
# one, nor a new one for an ended one.
halts = sa.Table(
    "halts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("ended_at", UtcDateTime),
)
sa.Index(
    "ix_halts_in_force",
    halts.c.at,
    sqlite_where=halts.c.ended_at.is_(None),
    postgresql_where=halts.c.ended_at.is_(None),
)

# A row without `due_at` was given up: a person may look at it.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("endpoint", sa.String(16), nullable=False),
    sa.Column("event_id", sa.String(32), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("due_at", UtcDateTime),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),
)
sa.Index("uq_outbox_event_id", outbox.c.endpoint, outbox.c.event_id, unique=True)
sa.Index("ix_outbox_due_at", outbox.c.endpoint, outbox.c.due_at)

# The last version is in force. Every transaction reads it: with older keys a process would
# recognise no number.
fingerprint_keys = sa.Table(
    "fingerprint_keys",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("mark", sa.Text, nullable=False),
    sa.Column("made_at", UtcDateTime),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

LAST_VERSION = sa.select(sa.func.max(fingerprint_keys.c.version)).scalar_subquery()

# One row while the keys are being changed, none otherwise. `collected`: `rekeyed` holds every
# number there was at the start.
key_rotation = sa.Table(
    "key_rotation",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("mark", sa.Text, nullable=False),
    sa.Column("made_at", UtcDateTime),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("collected", sa.Boolean, nullable=False),
)

# Every number, by its fingerprint at the start of the change. `new` is its present one; None until
# it is moved.
rekeyed = sa.Table(
    "rekeyed",
    metadata,
    sa.Column("old", sa.String(64), primary_key=True),
    sa.Column("new", sa.String(64)),
)

LEFT = rekeyed.c.new.is_(None)
sa.Index("ix_rekeyed_left", rekeyed.c.old, sqlite_where=LEFT, postgresql_where=LEFT)
sa.Index("uq_rekeyed_new", rekeyed.c.new, unique=True)

# The ledger's names of numbers from before their fingerprints changed: it keeps using them.
pseudonyms = sa.Table(
    "pseudonyms",
    metadata,
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("subject", sa.String(64), nullable=False),
)

restores = sa.Table(
    "restores",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("taken_at", UtcDateTime, nullable=False),
    sa.Column("restored_at", UtcDateTime, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("read_back", sa.JSON, nullable=False),
    sa.Column("ended_at", UtcDateTime),
)

# No foreign keys: campaign and contact may be younger than the backup that was restored.
past_calls = sa.Table(
    "past_calls",
    metadata,
    sa.Column("attempt_id", sa.String(32), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("campaign_id", sa.String(13), nullable=False),
    sa.Column("sponsor", sa.Text),
    sa.Column("at", UtcDateTime, nullable=False),
)
sa.Index("ix_past_calls_fingerprint", past_calls.c.fingerprint)

retention_runs = sa.Table(
    "retention_runs",
    metadata,
    sa.Column("id", BigId, primary_key=True),
    sa.Column("started_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("contacts", sa.Integer, nullable=False),
    sa.Column("consents", sa.Integer, nullable=False),
    sa.Column("keys", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),
)
