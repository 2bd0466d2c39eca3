"""Requests that carry an `Idempotency-Key`, and their answers."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.schema.tables import idempotency
from dialer.ports.access.idempotency import KeptRequest
from dialer.ports.records import ArchivedAnswer, RequestKey


class SqlIdempotencyRepository(SqlRepository):
    """`dialer.ports.access.idempotency.IdempotencyRepository`."""

    async def forget(self, *, before: datetime) -> None:
        await self._connection.execute(delete(idempotency).where(idempotency.c.at < before))

    async def begin(self, key: RequestKey, *, at: datetime) -> KeptRequest | None:
        claim = insert_new(self._connection, idempotency).returning(idempotency.c.key)
        row = {"token": key.token, "key": key.key, "request_sha256": key.request_sha256, "at": at}
        if (await self._connection.execute(claim, row)).first() is not None:
            return None
        kept = (await self._connection.execute(select(idempotency).where(_is(key)))).one()
        answer = None if kept.status is None else ArchivedAnswer(kept.status, kept.location, kept.body)
        return KeptRequest(kept.request_sha256, answer)

    async def keep(self, key: RequestKey, answer: ArchivedAnswer) -> None:
        values = {"status": answer.status, "location": answer.location, "body": answer.body}
        await self._connection.execute(update(idempotency).where(_is(key)).values(values))

    async def release(self, key: RequestKey) -> None:
        await self._connection.execute(delete(idempotency).where(_is(key)))


def _is(key: RequestKey) -> ColumnElement[bool]:
    return and_(idempotency.c.token == key.token, idempotency.c.key == key.key)
