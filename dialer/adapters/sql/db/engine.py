"""Connections: how each engine begins a transaction, and how its errors become ours."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoResultFound
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from dialer.adapters.sql.db.connections import Connections, PatientConnection, ThreadedConnection
from dialer.adapters.sql.db.dialects import KEYS_LOCK
from dialer.adapters.sql.schema.machine import fingerprint_keys
from dialer.domain.base.errors import BadSettings, Conflict, KeysChanged, Unavailable

BUSY_SECONDS = 30
CONNECT_SECONDS = 5
"""Seconds for a server that takes the connection and stays silent."""
WAL_BYTES = 16 * 1024 * 1024
"""Size of SQLite's log on the disk once it has been folded back."""
PRETENDED = "dialer_pretended"
"""Execution option of connections whose writer lives in pretended time.

Their entries in the ledger are marked.
"""
SCHEMA = sa.table("alembic_version", sa.column("version_num"))
IN_FORCE = sa.select(
    sa.select(sa.func.max(fingerprint_keys.c.version)).scalar_subquery(),
    sa.select(SCHEMA.c.version_num).scalar_subquery(),
)
IDLE_SECONDS = 60
"""Seconds after which a process that stands still in a transaction loses it with its locks.

PostgreSQL only.
"""
_LOST_IF_IDLE = sa.func.set_config("idle_in_transaction_session_timeout", f"{IDLE_SECONDS}s", True)
SHARED = sa.select(sa.func.fingerprint_key_version(), sa.func.schema_revision(), _LOST_IF_IDLE)
"""The versions in force, for a writer (PostgreSQL).

Until the transaction ends no other moves fingerprints to other keys, or the schema to another.
"""
ALONE = sa.select(sa.func.pg_advisory_xact_lock(KEYS_LOCK), _LOST_IF_IDLE)
"""The first statement of a lone writer (PostgreSQL).

It waits for the end of every writing transaction; none begins before this one ends.
"""
POOLABLE = {"prepare_threshold": None}
"""Options for a pooler such as PgBouncer, which lends the connection by transaction.

A statement prepared at the server would be lost, or another's.
"""
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def parse_url(text: str) -> sa.URL:
    """Parse the URL, with our driver.

    Raise `BadSettings` for another engine or a SQLite database without a file.
    """
    try:
        url = sa.make_url(text)
    except ArgumentError as error:
        raise BadSettings("the database URL cannot be read", hint=_EXAMPLES) from error
    driver = DRIVERS.get(url.drivername.partition("+")[0])
    if driver is None:
        raise BadSettings(f"databases of the kind {url.drivername!r} are not supported", hint=_EXAMPLES)
    if driver.startswith("sqlite") and url.database in {None, "", ":memory:"}:
        raise BadSettings("the SQLite database needs a file", hint=_EXAMPLES)
    return url.set(drivername=driver)


_EXAMPLES = "write sqlite:////path/to/file.db or postgresql://user@host/name"


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn SQLAlchemy's errors into `Conflict` and `Unavailable`; the cause stays attached."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(
            f"the database refused what contradicts its contents: {_first_line(error)}",
            hint="read the present state and try again",
        ) from error
    except (DBAPIError, NoResultFound, PoolExhausted) as error:
        raise Unavailable(
            f"the database does not answer as it should: {_first_line(error)}",
            hint="check that it runs, is reachable and has room, then try again",
        ) from error


def _first_line(error: Exception) -> str:
    # The rest may quote the row in question, phone number included.
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(cause).partition("\n")[0]


class Database:
    """The database: `read` sees one snapshot and cannot write, `write` excludes other writers.

    Once a version of the fingerprint keys and of the schema are pinned, both raise `Unavailable`
    where others are in force. Otherwise this process would not recognise opposed numbers, and would
    write without the meaning of a newer program.
    """

    def __init__(self, reader: AsyncEngine, writer: AsyncEngine, connections: Connections) -> None:
        self._reader = reader
        self._writer = writer
        self._connections = connections
        self._keys: int | None = None
        self._schema = ""

    def pin(self, keys: int, schema: str | None = None) -> None:
        """`schema`: as before, where it is not given."""
        self._keys = keys
        self._schema = self._schema if schema is None else schema

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._transaction(self._reader, IN_FORCE)

    def write(self, *, alone: bool = False) -> AbstractAsyncContextManager[AsyncConnection]:
        """`alone`: no other writes before this one ends. SQLite's one writer is alone already."""
        if self._writer.dialect.name == "sqlite":
            return self._transaction(self._writer, IN_FORCE)
        return self._transaction(self._writer, *((ALONE, IN_FORCE) if alone else (SHARED,)))

    @asynccontextmanager
    async def _transaction(
        self, engine: AsyncEngine, *first: sa.Select[Any]
    ) -> AsyncIterator[AsyncConnection]:
        """Commit at the end of the block, or roll back after any error."""
        with database_errors():
            async with self._connections.lent(engine) as connection:
                await connection.begin()
                if self._keys is not None:
                    *locks, in_force = first
                    for lock in locks:
                        await connection.execute(lock)
                    self._check(*(await connection.execute(in_force)).one()[:2])
                yield connection
                await connection.commit()

    def _check(self, keys: int, schema: str) -> None:
        if schema != self._schema:
            raise Unavailable(
                f"the database was brought to schema {schema} while this process, of schema {self._schema}, ran",
                hint="end it, and start the program that upgraded the database",
            )
        if keys != self._keys:
            raise KeysChanged(keys)

    async def close(self) -> None:
        """Wait for the transactions under way, for a limited time; then close every connection.

        That includes those begun to be opened.
        """
        await self._connections.close()


def connect(url: sa.URL, *, pretended: bool = False) -> Database:
    """Make the pools; no connection is opened before the first use.

    `pretended`: the clock of the writer is shifted.
    """
    connections = Connections()
    made = _sqlite if url.get_backend_name() == "sqlite" else _postgresql
    reader, writer = made(url, connections)
    return Database(reader, writer.execution_options(**{PRETENDED: pretended}), connections)


def _postgresql(url: sa.URL, connections: Connections) -> tuple[AsyncEngine, AsyncEngine]:
    # LIFO lets idle connections grow old and be closed by the server; pre-ping notices that in
    # time.
    engine = create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_use_lifo=True,
        pool_size=10,
        pool_timeout=BUSY_SECONDS,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "async_creator_fn": connections.owned(PatientConnection.connect),
            **POOLABLE,
        },
        hide_parameters=True,
    )
    sa.event.listen(engine.sync_engine, "handle_error", _replace_unfit)
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return snapshot, engine


def _replace_unfit(context: ExceptionContext) -> None:
    """Open another connection for an idle one with any fault."""
    if context.is_pre_ping:
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False


def _sqlite(url: sa.URL, connections: Connections) -> tuple[AsyncEngine, AsyncEngine]:
    # One writing connection a process: its tasks queue for it in order instead of polling SQLite's
    # lock.
    how = {
        "timeout": BUSY_SECONDS,
        "async_creator_fn": connections.owned(ThreadedConnection.connect),
    }
    writer = create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        connect_args=how,
        hide_parameters=True,
    )
    reader = create_async_engine(url, pool_size=4, connect_args=how, hide_parameters=True)
    prepare_sqlite(writer.sync_engine, begin="BEGIN IMMEDIATE", query_only=False)
    prepare_sqlite(reader.sync_engine, begin="BEGIN", query_only=True)
    return reader, writer


def prepare_sqlite(engine: sa.Engine, *, begin: str, query_only: bool) -> None:
    """Begin transactions here, not in the driver, and set the pragmas of each connection.

    The driver begins none before a SELECT. `BEGIN IMMEDIATE` makes a claim exclusive: SQLite has no
    row locks. synchronous=FULL, since an attempt that was sent must survive a power cut, or its
    number would be called again; NORMAL in WAL mode may lose the last commits. secure_delete, since
    erased data must be gone from the file, too. The log grows while any reader uses an old state of
    the database; journal_size_limit lets it shrink after that.
    """
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"journal_size_limit={WAL_BYTES}",
        f"query_only={'ON' if query_only else 'OFF'}",
    )

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)
