"""Inputs of decisions: the campaign's half stored once, the person's half sealed under their key.

Inputs stored in clear before this revision are dropped: a key cannot be given to them here, and in
clear they must not stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    op.create_table(
        "subject_keys",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_subject_keys")),
    )
    kind = sa.Enum("context", "pack", name="kind", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "decision_inputs",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_decision_inputs")),
    )
    with op.batch_alter_table("decisions") as decisions:
        decisions.add_column(sa.Column("context_hash", sa.String(length=64), nullable=True))
        decisions.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))
        decisions.drop_column("facts")
        decisions.create_foreign_key(
            op.f("fk_decisions_context_hash"), "decision_inputs", ["context_hash"], ["hash"]
        )
        decisions.create_check_constraint(
            op.f("ck_decisions_inputs"), "(context_hash IS NULL) = (sealed IS NULL)"
        )
    op.create_index("ix_decisions_campaign_id", "decisions", ["campaign_id", "id"], unique=False)
