"""Bring a database to the schema of this program."""

import asyncio
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from dialer.adapters.sql import migrations
from dialer.adapters.sql.db.dialects import KEYS_LOCK
from dialer.adapters.sql.db.engine import parse_url
from dialer.adapters.sql.db.schema_version import plain_connection

# Any constant will do, as long as every process that migrates takes the same.
MIGRATION_LOCK = 0x6469616C6572


async def upgrade(url: str, *, to: str = "head") -> None:
    """Create or migrate the schema, all or nothing; harmless when it is current.

    Raise `BadSettings`, `Unavailable`.
    """
    await asyncio.to_thread(_upgrade, parse_url(url), to)


def _upgrade(url: sa.URL, to: str) -> None:
    with plain_connection(url) as connection:
        if url.get_backend_name() == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            # Present writers end first; later writers see the new schema.
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(KEYS_LOCK)))
        command.upgrade(_config(connection), to)


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    config.set_main_option("recursive_version_locations", "true")
    config.attributes["connection"] = connection
    return config
