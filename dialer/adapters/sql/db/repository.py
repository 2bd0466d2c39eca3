"""The common part of repositories: the unit's connection, and the names of numbers in it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.stored_as import StoredNames


class SqlRepository:
    """Statements on one connection: no transaction of its own, no ledger, no law."""

    def __init__(self, connection: AsyncConnection, names: StoredNames) -> None:
        self._connection = connection
        self._names = names
