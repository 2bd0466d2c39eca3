"""The observed calls of each trunk, and the consents that its answers may have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision: str | None = "0021"


def upgrade() -> None:
    op.create_table(
        "trunk_windows",
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("trunk"),
    )
    op.create_table(
        "held_voidings",
        sa.Column("attempt_id", sa.String(32), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("country_code", sa.String(3), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"]),
        sa.PrimaryKeyConstraint("attempt_id"),
    )
    op.create_index("ix_held_voidings_trunk", "held_voidings", ["trunk", "country_code", "ended_at"])
    op.create_index("ix_attempts_trunk", "attempts", ["trunk", "decided_at"])
