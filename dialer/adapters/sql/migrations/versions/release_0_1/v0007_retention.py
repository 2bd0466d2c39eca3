"""Contacts that can be erased under their attempts and decisions, and the record of the erasing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"

KEPT = sa.text("erased_at IS NULL")


def upgrade() -> None:
    # In one statement, not in a batch: SQLite would make the table anew, and attempts refer to it.
    op.execute(
        "ALTER TABLE contacts ADD COLUMN erased_at BIGINT CONSTRAINT ck_contacts_erased CHECK"
        " ((erased_at IS NULL AND number <> '') OR (erased_at IS NOT NULL AND number = '' AND state = 'closed'))"
    )
    op.create_index(
        "ix_contacts_kept",
        "contacts",
        ["import_id", "id"],
        unique=False,
        sqlite_where=KEPT,
        postgresql_where=KEPT,
    )
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("consents", sa.Integer(), nullable=False),
        sa.Column("keys", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_runs")),
    )
