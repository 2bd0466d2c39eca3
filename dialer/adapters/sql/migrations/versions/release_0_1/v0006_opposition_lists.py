"""Lists of oppositions kept by others, by fingerprint."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"

CURRENT = sa.text("in_force_at IS NOT NULL AND replaced_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "opposition_lists",
        sa.Column("id", sa.String(length=13), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.Column("in_force_at", sa.BigInteger(), nullable=True),
        sa.Column("replaced_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_opposition_lists_validity")),
        sa.ForeignKeyConstraint(["id"], ["imports.id"], name=op.f("fk_opposition_lists_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opposition_lists")),
    )
    op.create_index(
        "uq_opposition_lists_current",
        "opposition_lists",
        ["name"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
    op.create_table(
        "list_entries",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("list_id", sa.String(length=13), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["opposition_lists.id"], name=op.f("fk_list_entries_list_id")),
        sa.PrimaryKeyConstraint("fingerprint", "list_id", name=op.f("pk_list_entries")),
    )
    op.create_index("ix_list_entries_list_id", "list_entries", ["list_id"], unique=False)
