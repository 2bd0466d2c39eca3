"""Versions of the fingerprint keys, and the ledger's names of numbers from before a change."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"

# As KEYS_LOCK in dialects.py. Volatile: what it reads is younger than the lock it waited for.
VERSION_IN_POSTGRESQL = """
    CREATE FUNCTION fingerprint_key_version() RETURNS integer LANGUAGE plpgsql VOLATILE AS $$ BEGIN
        PERFORM pg_advisory_xact_lock_shared(112633024182643);
        RETURN (SELECT max(version) FROM fingerprint_keys);
    END $$
"""


def upgrade() -> None:
    keys = op.create_table(
        "fingerprint_keys",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_fingerprint_keys")),
    )
    op.bulk_insert(keys, [{"version": 1, "mark": "", "made_at": None, "by": "", "reason": "the first"}])
    op.create_table(
        "pseudonyms",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_pseudonyms")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(VERSION_IN_POSTGRESQL)
