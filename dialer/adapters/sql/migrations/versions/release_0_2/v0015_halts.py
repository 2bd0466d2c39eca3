"""Ids of halts: a PBX that was away can separate an ended halt from an unknown one."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision: str | None = "0017"


def upgrade() -> None:
    halts = op.create_table(
        "halts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_halts")),
    )
    op.create_index(
        "ix_halts_in_force",
        "halts",
        ["at"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    halted = op.get_bind().execute(sa.text('SELECT "by", at, reason FROM system WHERE halted')).first()
    if halted is not None:
        by, at, reason = halted
        row = {"id": uuid.uuid4().hex, "by": by, "at": at or 0, "reason": reason, "ended_at": None}
        op.bulk_insert(halts, [row])
