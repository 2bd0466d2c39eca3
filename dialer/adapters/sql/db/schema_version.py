"""The schema of a database, and that of this program: asked at every start, without Alembic."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from dialer.adapters.sql import migrations
from dialer.adapters.sql.db.engine import (
    BUSY_SECONDS,
    CONNECT_SECONDS,
    POOLABLE,
    SCHEMA,
    database_errors,
    parse_url,
    prepare_sqlite,
)


async def is_current(url: str) -> bool:
    """Tell whether the schema is that of this program. Raise `BadSettings`, `Unavailable`."""
    return await asyncio.to_thread(_is_current, parse_url(url))


def _is_current(url: sa.URL) -> bool:
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return False
    with plain_connection(url) as connection:
        if not sa.inspect(connection).has_table(SCHEMA.name):
            return False
        return set(connection.execute(sa.select(SCHEMA.c.version_num)).scalars()) == {newest_schema()}


def newest_schema() -> str:
    """Return the schema revision of this program.

    Each revision has a higher number than those before it, in the name of its file.
    """
    versions = Path(migrations.__file__).parent / "versions"
    newest = max(file.name for file in versions.rglob("v[0-9]*_*.py"))
    return newest.partition("_")[0].removeprefix("v")


@contextmanager
def plain_connection(url: sa.URL) -> Iterator[sa.Connection]:
    """Open one transaction on a connection of its own.

    Alembic is synchronous, hence SQLite's plain driver; psycopg serves both.
    """
    if url.get_backend_name() == "sqlite":
        plain = url.set(drivername="sqlite")
        engine = sa.create_engine(plain, poolclass=sa.NullPool, connect_args={"timeout": BUSY_SECONDS})
        prepare_sqlite(engine, begin="BEGIN IMMEDIATE", query_only=False)
    else:
        engine = sa.create_engine(
            url, poolclass=sa.NullPool, connect_args={"connect_timeout": CONNECT_SECONDS, **POOLABLE}
        )
    with database_errors(), engine.begin() as connection:
        yield connection
