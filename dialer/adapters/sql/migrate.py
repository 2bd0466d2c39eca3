"""Bring a database to the schema of this program, or say whether it is there."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, NullPool, create_engine, func, select

from dialer.adapters.sql import migrations
from dialer.adapters.sql.dialects import KEYS_LOCK
from dialer.adapters.sql.engine import (
    BUSY_SECONDS,
    CONNECT_SECONDS,
    POOLABLE,
    database_errors,
    parse_url,
    prepare_sqlite,
)

# Any constant will do, as long as every process that migrates takes the same.
MIGRATION_LOCK = 0x6469616C6572


async def upgrade(url: str, *, to: str = "head") -> None:
    """Create or migrate the schema, all or nothing; harmless when it is current. Raise `BadSettings`, `Unavailable`."""
    await asyncio.to_thread(_upgrade, parse_url(url), to)


async def is_current(url: str) -> bool:
    """Whether the schema is the one this program was written for. Raise `BadSettings`, `Unavailable`."""
    return await asyncio.to_thread(_is_current, parse_url(url))


def _upgrade(url: URL, to: str) -> None:
    with _connection(url) as connection:
        if url.get_backend_name() == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            # Whoever writes now ends first; whoever writes after this sees the new schema.
            connection.execute(select(func.pg_advisory_xact_lock(KEYS_LOCK)))
        command.upgrade(_config(connection), to)


def _is_current(url: URL) -> bool:
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return False
    with _connection(url) as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
        return set(heads) == {newest_schema()}


def newest_schema() -> str:
    """The revision that this program was written for."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connection(url: URL) -> Iterator[Connection]:
    """One transaction on a connection of its own. Alembic is synchronous, hence SQLite's plain driver; psycopg serves both."""
    if url.get_backend_name() == "sqlite":
        plain = url.set(drivername="sqlite")
        engine = create_engine(plain, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
        prepare_sqlite(engine, begin="BEGIN IMMEDIATE", query_only=False)
    else:
        engine = create_engine(
            url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS, **POOLABLE}
        )
    with database_errors(), engine.begin() as connection:
        yield connection
