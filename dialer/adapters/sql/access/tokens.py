"""Bearer tokens."""

from datetime import datetime

from sqlalchemy import select, update

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import TOKEN, record_of
from dialer.adapters.sql.schema.tables import tokens
from dialer.domain.access.roles import Token
from dialer.domain.base.errors import Conflict, NotFound


class SqlTokenRepository(SqlRepository):
    """`dialer.ports.access.tokens.TokenRepository`."""

    async def add(self, token: Token) -> None:
        statement = insert_new(self._connection, tokens).returning(tokens.c.name)
        if (await self._connection.execute(statement, record_of(token))).first() is None:
            raise Conflict(f"there is a token named {token.name!r} already", hint="choose another name")

    async def by_secret(self, secret_sha256: str) -> Token | None:
        found = await self._connection.execute(TOKEN.where(tokens.c.secret_sha256 == secret_sha256))
        row = found.first()
        return None if row is None else Token(*row)

    async def all(self) -> list[Token]:
        return [Token(*row) for row in await self._connection.execute(TOKEN.order_by(tokens.c.name))]

    async def revoke(self, name: str, *, at: datetime) -> bool:
        known = select(tokens.c.name).where(tokens.c.name == name)
        if (await self._connection.execute(known)).first() is None:
            raise NotFound(f"there is no token named {name!r}")
        still_valid = update(tokens).where(tokens.c.name == name, tokens.c.revoked_at.is_(None))
        return bool((await self._connection.execute(still_valid.values(revoked_at=at))).rowcount)

    async def used(self, name: str, *, at: datetime) -> None:
        await self._connection.execute(update(tokens).where(tokens.c.name == name).values(last_used_at=at))
