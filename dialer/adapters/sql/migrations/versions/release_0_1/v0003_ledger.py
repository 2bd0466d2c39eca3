"""The ledger: events waiting to be sealed, entries, parts of the tree and its heads.

Sealed rows are only ever added.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"

# SQLite numbers rows by itself only in a column declared exactly INTEGER.
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEALED = ("ledger_entries", "ledger_tiles", "ledger_heads")
APPEND_ONLY = "the ledger is only ever added to"
NEXT_IN_SQLITE = """
    CREATE TRIGGER ledger_entries_next BEFORE INSERT ON ledger_entries
    WHEN NEW.position <> (SELECT coalesce(max(position), -1) + 1 FROM ledger_entries)
    BEGIN SELECT RAISE(ABORT, 'the ledger has no gaps'); END
"""
NEXT_IN_POSTGRESQL = """
    IF NEW.position <> (SELECT coalesce(max(position), -1) + 1 FROM ledger_entries) THEN
        RAISE EXCEPTION 'the ledger has no gaps' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


def upgrade() -> None:
    create_pending()
    create_entries()
    create_tree()
    if op.get_bind().dialect.name == "sqlite":
        guard_sqlite()
    else:
        guard_postgresql()


def create_pending() -> None:
    op.create_table(
        "ledger_pending",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("pretended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_pending")),
    )


def create_entries() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("position", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_ledger_entries")),
    )
    op.create_index("ix_ledger_entries_about", "ledger_entries", ["about"], unique=False)
    op.create_index("ix_ledger_entries_subject", "ledger_entries", ["subject"], unique=False)


def create_tree() -> None:
    op.create_table(
        "ledger_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_ledger_tiles")),
    )
    op.create_table(
        "ledger_heads",
        sa.Column("size", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_ledger_heads")),
    )


def guard_sqlite() -> None:
    for table in (*SEALED, "ledger_pending"):
        for act in ("UPDATE",) if table == "ledger_pending" else ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
            )
    op.execute(NEXT_IN_SQLITE)


def guard_postgresql() -> None:
    refuse = f"RAISE EXCEPTION '{APPEND_ONLY}' USING ERRCODE = 'integrity_constraint_violation';"
    create_function("ledger_append_only", refuse)
    create_function("ledger_next", NEXT_IN_POSTGRESQL)
    for table in SEALED:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
        )
    op.execute(
        "CREATE TRIGGER ledger_pending_append_only BEFORE UPDATE ON ledger_pending"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
    )
    op.execute(
        "CREATE TRIGGER ledger_entries_next BEFORE INSERT ON ledger_entries"
        " FOR EACH ROW EXECUTE FUNCTION ledger_next()"
    )


def create_function(name: str, body: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
