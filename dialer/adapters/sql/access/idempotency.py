"""Requests that carry an `Idempotency-Key`, and their answers."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.schema.tables import idempotency
from dialer.domain.base.errors import Conflict
from dialer.ports.records import ArchivedAnswer, RequestKey


class SqlIdempotency:
    """`dialer.ports.store.Idempotency`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, key: RequestKey, *, at: datetime, forget_before: datetime) -> ArchivedAnswer | None:
        async with self._database.write() as connection:
            await connection.execute(delete(idempotency).where(idempotency.c.at < forget_before))
            claim = insert_new(connection, idempotency).returning(idempotency.c.key)
            row = {"token": key.token, "key": key.key, "request_sha256": key.request_sha256, "at": at}
            if (await connection.execute(claim, row)).first() is not None:
                return None
            kept = (await connection.execute(select(idempotency).where(_is(key)))).one()
        if kept.request_sha256 != key.request_sha256:
            raise Conflict(
                "this Idempotency-Key stands for another request", hint="take a new key for every new request"
            )
        if kept.status is None:
            raise Conflict(
                "the request with this Idempotency-Key has not been answered",
                hint="wait for its answer; if the service was ended meanwhile, see what was done and take a new key",
            )
        return ArchivedAnswer(kept.status, kept.location, kept.body)

    async def keep(self, key: RequestKey, answer: ArchivedAnswer) -> None:
        values = {"status": answer.status, "location": answer.location, "body": answer.body}
        async with self._database.write() as connection:
            await connection.execute(update(idempotency).where(_is(key)).values(values))

    async def release(self, key: RequestKey) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(idempotency).where(_is(key)))


def _is(key: RequestKey) -> ColumnElement[bool]:
    return and_(idempotency.c.token == key.token, idempotency.c.key == key.key)
