"""The cause of a campaign's pause, apart from its reason in words."""

from alembic import op

revision = "0035"
down_revision: str | None = "0034"


def upgrade() -> None:
    # Not in a batch: SQLite would make the table anew, and others refer to it.
    op.execute(
        "ALTER TABLE campaigns ADD COLUMN pause_cause VARCHAR(32)"
        " CONSTRAINT ck_campaigns_pause_cause CHECK (pause_cause IN"
        " ('operator', 'restored', 'script', 'silence', 'trunk', 'probe', 'review', 'error'))"
        " CONSTRAINT ck_campaigns_paused CHECK (pause_cause IS NULL OR state = 'paused')"
    )
    # Restorations began their reasons so. Other causes cannot be told from what people write.
    op.execute(
        "UPDATE campaigns SET pause_cause = 'restored'"
        " WHERE state = 'paused' AND substr(reason, 1, 22) = 'restored from a backup'"
    )
