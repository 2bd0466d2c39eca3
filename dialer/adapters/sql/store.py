"""The whole store, as the services know it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.engine import Database, connect, parse_url
from dialer.adapters.sql.db.schema import is_current, newest_schema
from dialer.adapters.sql.unit_of_work import SqlUnitOfWork
from dialer.adapters.sql.upkeep.outbox import Subscribers
from dialer.domain.base.errors import Unavailable


class SqlStore:
    """`dialer.ports.unit_of_work.Store` and `dialer.ports.access.keys.KeyStore` on one database."""

    def __init__(self, database: Database, subscribers: Subscribers) -> None:
        self._database = database
        self._subscribers = subscribers

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, pretended: bool = False, subscribers: Subscribers | None = None
    ) -> AsyncIterator[Self]:
        """Open the store.

        `pretended`: the clock of this process is shifted, and the ledger notes it.

        `subscribers` receive the committed notifications. Raise `BadSettings` for a URL we cannot
        use, `Unavailable` where the database is down or its schema is not current.
        """
        if not await is_current(url):
            raise Unavailable(
                "the database has not the schema of this program", hint="run `dialer db upgrade`"
            )
        database = connect(parse_url(url), pretended=pretended)
        store = cls(database, subscribers or {})
        try:
            async with store.read() as work:
                version = await work.keys.last_version()
            database.pin(version, newest_schema())
            yield store
        finally:
            await database.close()

    def read(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        return self._unit(self._database.read())

    def write(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        return self._unit(self._database.write())

    def write_alone(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        return self._unit(self._database.write(alone=True))

    def adopt(self, version: int) -> None:
        self._database.pin(version)

    @asynccontextmanager
    async def _unit(
        self, transaction: AbstractAsyncContextManager[AsyncConnection]
    ) -> AsyncIterator[SqlUnitOfWork]:
        """Committed by `transaction`, once the block and the flush have gone well."""
        async with transaction as connection:
            unit = SqlUnitOfWork(connection, self._subscribers)
            yield unit
            await unit.flush()
