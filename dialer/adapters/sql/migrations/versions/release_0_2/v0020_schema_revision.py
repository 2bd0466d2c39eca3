"""The schema in force, asked by a writing transaction after its wait for an upgrade.

PostgreSQL only.
"""

from alembic import op

revision = "0020"
down_revision: str | None = "0019"


def upgrade() -> None:
    # VOLATILE: what was committed while the statement that calls it waited is seen.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION schema_revision() RETURNS text LANGUAGE plpgsql VOLATILE AS"
            " $$ BEGIN RETURN (SELECT version_num FROM alembic_version); END $$"
        )
