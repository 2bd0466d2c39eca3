"""The basis of a consent, the kind of a list, and the end of the window of a call."""

from alembic import op

revision = "0010"
down_revision: str | None = "0009"


def upgrade() -> None:
    # Each in one statement, not in a batch: SQLite would make the table anew, and others refer to
    # it.
    op.execute(
        "ALTER TABLE consents ADD COLUMN basis VARCHAR(32)"
        " CONSTRAINT ck_consents_basis CHECK (basis IN ('opt_in', 'contract', 'request'))"
    )
    op.execute("UPDATE consents SET basis = 'opt_in' WHERE NOT withdrawn")
    op.execute(
        "ALTER TABLE opposition_lists ADD COLUMN kind VARCHAR(32) DEFAULT 'oppositions' NOT NULL"
        " CONSTRAINT ck_opposition_lists_kind CHECK (kind IN ('oppositions', 'lines'))"
    )
    op.execute("ALTER TABLE attempts ADD COLUMN open_until BIGINT")
