"""The form on which a consent was given, and its mentions."""

from alembic import op

revision = "0014"
down_revision: str | None = "0013"


def upgrade() -> None:
    # Not in a batch: SQLite would make the table anew, and others hold on to it.
    op.execute("ALTER TABLE consents ADD COLUMN form TEXT")
