"""The schema in force, asked by a writing transaction after its wait for an upgrade.

PostgreSQL only.
"""

from collections.abc import Sequence

from alembic import op

revision = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # VOLATILE: what was committed while the statement that calls it waited is seen.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION schema_revision() RETURNS text LANGUAGE plpgsql VOLATILE AS"
            " $$ BEGIN RETURN (SELECT version_num FROM alembic_version); END $$"
        )
