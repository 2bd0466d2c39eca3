"""Counts that the transactions keep: of progress, and of silent calls."""

# ruff: noqa: S608  -- every part of these statements is a constant of this file

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision: str | None = "0020"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HOUR = 3_600_000_000
FACTS = {
    "contacts": {"contact": "state", "refusal": "last_refusal"},
    "attempts": {"attempt": "state", "result": "result"},
}
"""The name of each column in a fact, by table."""
SILENCE = """
    INSERT INTO silence_hours (campaign_id, hour, answered, slow, abandoned)
    SELECT campaign_id, decided_at / {hour} * {hour}, count(*),
        count(*) FILTER (WHERE silence > 1000000), count(*) FILTER (WHERE silence > 2000000)
    FROM (
        SELECT campaign_id, decided_at,
            CASE WHEN {verb} = 'play' THEN CAST({at} AS BIGINT) ELSE ended_at END - answered_at AS silence
        FROM attempts WHERE answered_at IS NOT NULL AND ended_at IS NOT NULL
    ) AS answered GROUP BY 1, 2
"""
IN_SQLITE = {"verb": "json_extract(trace, '$[0][1]')", "at": "json_extract(trace, '$[0][0]')"}
IN_POSTGRESQL = {"verb": "trace->0->>1", "at": "trace->0->>0"}


def upgrade() -> None:
    op.create_table(
        "silence_hours",
        sa.Column("campaign_id", sa.String(length=13), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("slow", sa.Integer(), nullable=False),
        sa.Column("abandoned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "hour", name="pk_silence_hours"),
    )
    op.create_table(
        "progress_counts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("campaign_id", sa.String(length=13), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_progress_counts"),
    )
    op.create_index("ix_progress_counts_campaign_id", "progress_counts", ["campaign_id", "fact"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(SILENCE.format(hour=HOUR, **(IN_SQLITE if sqlite else IN_POSTGRESQL)))
    for table, named in FACTS.items():
        for name, column in named.items():
            op.execute(
                "INSERT INTO progress_counts (campaign_id, fact, n)"
                f" SELECT campaign_id, '{name} ' || {column}, count(*) FROM {table}"
                f" WHERE {column} IS NOT NULL GROUP BY campaign_id, {column}"
            )
        (count_in_sqlite if sqlite else count_in_postgresql)(table, named)


def count_in_sqlite(table: str, named: dict[str, str]) -> None:
    """Count in place: there is one writer."""
    for name, column in named.items():
        fact = f"'{name} ' || {{row}}.{column}"
        add = "".join(one_more(fact.format(row="NEW"), "NEW", 1))
        take = "".join(one_more(fact.format(row="OLD"), "OLD", -1))
        changed = f"OLD.{column} IS NOT NEW.{column}"
        trigger(f"{table}_{name}_made", f"AFTER INSERT ON {table} WHEN NEW.{column} IS NOT NULL", add)
        trigger(
            f"{table}_{name}_left",
            f"AFTER UPDATE OF {column} ON {table} WHEN {changed} AND OLD.{column} IS NOT NULL",
            take,
        )
        trigger(
            f"{table}_{name}_became",
            f"AFTER UPDATE OF {column} ON {table} WHEN {changed} AND NEW.{column} IS NOT NULL",
            add,
        )


def one_more(fact: str, row: str, n: int) -> Sequence[str]:
    same = f"campaign_id = {row}.campaign_id AND fact = {fact}"
    return (
        f"UPDATE progress_counts SET n = n + ({n}) WHERE id = (SELECT min(id) FROM progress_counts WHERE {same});",
        f"INSERT INTO progress_counts (campaign_id, fact, n) SELECT {row}.campaign_id, {fact}, {n} WHERE changes() = 0;",
    )


def trigger(name: str, when: str, body: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {when} BEGIN {body} END")


def count_in_postgresql(table: str, named: dict[str, str]) -> None:
    """Add a row for each fact that a statement changed: no transaction waits for another."""

    def rows(of: str, n: int) -> str:
        return " UNION ALL ".join(
            f"SELECT campaign_id, '{name} ' || {column} AS fact, {n} AS n FROM {of} WHERE {column} IS NOT NULL"
            for name, column in named.items()
        )

    after = rows("made", 1)
    both = f"{after} UNION ALL {rows('gone', -1)}"
    for act, changes, tables in (
        ("INSERT", after, "NEW TABLE AS made"),
        ("UPDATE", both, "OLD TABLE AS gone NEW TABLE AS made"),
    ):
        function = f"{table}_counted_{act.lower()}"
        op.execute(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" INSERT INTO progress_counts (campaign_id, fact, n)"
            f" SELECT campaign_id, fact, sum(n) FROM ({changes}) AS change"
            " GROUP BY campaign_id, fact HAVING sum(n) <> 0; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {function} AFTER {act} ON {table} REFERENCING {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
