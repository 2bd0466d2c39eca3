"""Leases: a PBX is driven by one process at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"


def upgrade() -> None:
    op.create_table(
        "pbx_leases",
        sa.Column("pbx", sa.Text(), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("wanted_by", sa.String(length=32), nullable=True),
        sa.Column("wanted_until", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("pbx", name=op.f("pk_pbx_leases")),
    )
