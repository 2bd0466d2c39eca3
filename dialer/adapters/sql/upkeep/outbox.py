"""Notifications on their way out: written in the transaction of what they tell of, kept until they were taken."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.schema.tables import outbox
from dialer.domain.upkeep.notification import Notification, Topic
from dialer.ports.courier import WebhookUrl
from dialer.ports.records import Delivery

Subscribers = Mapping[WebhookUrl, frozenset[Topic]]


class SqlOutbox:
    """`dialer.ports.store.Outbox`."""

    def __init__(self, database: Database, subscribers: Subscribers) -> None:
        self._database = database
        self._subscribers = subscribers

    async def put(self, connection: AsyncConnection, notifications: Iterable[Notification]) -> None:
        """One row for each endpoint that wants it; none twice while it waits."""
        rows = [
            {
                "endpoint": endpoint,
                "event_id": told.id,
                "body": told.cloud_event(),
                "due_at": told.at,
                "tries": 0,
            }
            for told in notifications
            for endpoint, topics in self._subscribers.items()
            if told.topic in topics
        ]
        if rows:
            await connection.execute(insert_new(connection, outbox), rows)

    async def claim(
        self, endpoint: WebhookUrl, *, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        due = (
            select(outbox.c.id)
            .where(outbox.c.endpoint == endpoint, outbox.c.due_at <= now)
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(limit)
        )
        # Almost always there is nothing; looking must not take the writer's turn.
        async with self._database.read() as connection:
            if (await connection.execute(due.limit(1))).first() is None:
                return []
        locked = due.with_for_update(skip_locked=True)
        async with self._database.write() as connection:
            ids = list((await connection.execute(locked)).scalars())
            claimed = (
                update(outbox)
                .where(outbox.c.id.in_(ids))
                .values(due_at=until, tries=outbox.c.tries + 1)
                .returning(outbox.c.id, outbox.c.body, outbox.c.tries)
            )
            rows = (await connection.execute(claimed)).all() if ids else []
        return [Delivery(row.id, row.body, row.tries) for row in sorted(rows)]

    async def delivered(self, delivery_id: int) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(outbox).where(outbox.c.id == delivery_id))

    async def postpone(self, delivery_id: int, *, due_at: datetime | None, error: str) -> None:
        async with self._database.write() as connection:
            later = update(outbox).where(outbox.c.id == delivery_id)
            await connection.execute(later.values(due_at=due_at, error=error))

    async def abandon(self, *, due_before: datetime, error: str) -> int:
        async with self._database.write() as connection:
            left = update(outbox).where(outbox.c.due_at < due_before)
            return (await connection.execute(left.values(due_at=None, error=error))).rowcount

    async def waiting(self) -> int:
        async with self._database.read() as connection:
            rows = await connection.execute(select(func.count()).where(outbox.c.due_at.is_not(None)))
            return rows.scalar_one()
