"""A change of the fingerprint keys, number by number."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision: str | None = "0033"


def upgrade() -> None:
    op.create_table(
        "key_rotation",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("collected", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_key_rotation")),
    )
    op.create_table(
        "rekeyed",
        sa.Column("old", sa.String(length=64), nullable=False),
        sa.Column("new", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("old", name=op.f("pk_rekeyed")),
    )
    left = sa.text("new IS NULL")
    op.create_index("ix_rekeyed_left", "rekeyed", ["old"], sqlite_where=left, postgresql_where=left)
    op.create_index("uq_rekeyed_new", "rekeyed", ["new"], unique=True)
    # What was removed is looked for, too.
    op.drop_index("ix_suppressions_fingerprint", "suppressions")
    op.create_index("ix_suppressions_fingerprint", "suppressions", ["fingerprint"])
    op.create_index("ix_undone_voidings_fingerprint", "undone_voidings", ["fingerprint"])
