"""Rests of trunks: the instants until which each asked to be sent no call."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision: str | None = "0032"


def upgrade() -> None:
    op.create_table(
        "trunk_rests",
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("trunk"),
    )
