"""Bearer tokens."""

from datetime import datetime

from sqlalchemy import select, update

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.records import TOKEN, record_of
from dialer.adapters.sql.schema.tables import tokens
from dialer.domain.access.roles import Token
from dialer.domain.base.errors import Conflict, NotFound
from dialer.domain.ledger.entries_admin import token_created, token_revoked


class SqlTokens:
    """`dialer.ports.store.Tokens`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: Token, *, by: str) -> None:
        async with self._database.write() as connection:
            statement = insert_new(connection, tokens).returning(tokens.c.name)
            if (await connection.execute(statement, record_of(token))).first() is None:
                raise Conflict(f"there is a token named {token.name!r} already", hint="choose another name")
            await record(connection, [token_created(token, by=by)])

    async def by_secret(self, secret_sha256: str) -> Token | None:
        async with self._database.read() as connection:
            row = (await connection.execute(TOKEN.where(tokens.c.secret_sha256 == secret_sha256))).first()
        return None if row is None else Token(*row)

    async def all(self) -> list[Token]:
        async with self._database.read() as connection:
            return [Token(*row) for row in await connection.execute(TOKEN.order_by(tokens.c.name))]

    async def revoke(self, name: str, *, by: str, at: datetime) -> None:
        """A token revoked before keeps its first date."""
        async with self._database.write() as connection:
            known = select(tokens.c.name).where(tokens.c.name == name)
            if (await connection.execute(known)).first() is None:
                raise NotFound(f"there is no token named {name!r}")
            still_valid = update(tokens).where(tokens.c.name == name, tokens.c.revoked_at.is_(None))
            if (await connection.execute(still_valid.values(revoked_at=at))).rowcount:
                await record(connection, [token_revoked(name, by=by, at=at)])

    async def used(self, name: str, *, at: datetime) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(tokens).where(tokens.c.name == name).values(last_used_at=at))
