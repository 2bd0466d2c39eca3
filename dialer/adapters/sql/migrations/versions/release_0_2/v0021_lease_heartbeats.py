"""Heartbeats of leases: a count shows that a lease is alive, not the database's clock."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision: str | None = "0023"


def upgrade() -> None:
    # Made anew: no service runs during an upgrade, so no lease is held.
    op.drop_table("pbx_leases")
    op.create_table(
        "pbx_leases",
        sa.Column("pbx", sa.Text(), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("heartbeats", sa.BigInteger(), nullable=False),
        sa.Column("wanted_by", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("pbx", name=op.f("pk_pbx_leases")),
    )
