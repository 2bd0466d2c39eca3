"""Consents that a trunk's answers ended, and that an operator restored."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision: str | None = "0015"


def upgrade() -> None:
    op.create_table(
        "undone_voidings",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=False
        ),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("restored_at", sa.BigInteger(), nullable=False),
        sa.Column("restored_by", sa.Text(), nullable=False),
        sa.Column("restored_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
