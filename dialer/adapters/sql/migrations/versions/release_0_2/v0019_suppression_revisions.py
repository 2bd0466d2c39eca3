"""The order in which oppositions were stored and lifted.

A PBX that was away then gets the new ones alone.
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision: str | None = "0014"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    revisions = op.create_table(
        "suppression_revisions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suppression_revisions"),
    )
    op.create_index("uq_suppression_revisions_name", "suppression_revisions", ["name"], unique=True)
    # What is stored by now comes before every revision.
    op.bulk_insert(revisions, [{"name": uuid4().hex}])
    op.add_column("suppressions", sa.Column("revision", BIG_ID, nullable=False, server_default="0"))
    op.create_index("ix_suppressions_revision", "suppressions", ["revision", "id"])
