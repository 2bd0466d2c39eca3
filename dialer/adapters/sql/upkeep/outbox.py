"""Outgoing notifications, written in the transaction of their cause, kept until delivered."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.schema.tables import outbox
from dialer.domain.upkeep.notification import Notification, Topic
from dialer.ports.records import Delivery
from dialer.ports.upkeep.webhook_sender import WebhookUrl

Subscribers = Mapping[WebhookUrl, frozenset[Topic]]


async def put(
    connection: AsyncConnection, subscribers: Subscribers, notifications: Iterable[Notification]
) -> None:
    """Add one row for each endpoint that wants it; none twice while it waits."""
    rows = [
        {
            "endpoint": endpoint,
            "event_id": told.id,
            "body": told.cloud_event(),
            "due_at": told.at,
            "tries": 0,
        }
        for told in notifications
        for endpoint, topics in subscribers.items()
        if told.topic in topics
    ]
    if rows:
        await connection.execute(insert_new(connection, outbox), rows)


class SqlOutboxRepository(SqlRepository):
    """`dialer.ports.upkeep.outbox.OutboxRepository`."""

    async def has_due(self, endpoint: WebhookUrl, *, now: datetime) -> bool:
        return (await self._connection.execute(_due(endpoint, now, 1))).first() is not None

    async def claim(
        self, endpoint: WebhookUrl, *, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        # FOR UPDATE SKIP LOCKED: rows claimed by another process are skipped.
        locked = _due(endpoint, now, limit).with_for_update(skip_locked=True)
        ids = list((await self._connection.execute(locked)).scalars())
        claimed = (
            update(outbox)
            .where(outbox.c.id.in_(ids))
            .values(due_at=until, tries=outbox.c.tries + 1)
            .returning(outbox.c.id, outbox.c.body, outbox.c.tries)
        )
        rows = (await self._connection.execute(claimed)).all() if ids else []
        return [Delivery(row.id, row.body, row.tries) for row in sorted(rows)]

    async def delivered(self, delivery_id: int) -> None:
        await self._connection.execute(delete(outbox).where(outbox.c.id == delivery_id))

    async def postpone(self, delivery_id: int, *, due_at: datetime | None, error: str) -> None:
        later = update(outbox).where(outbox.c.id == delivery_id)
        await self._connection.execute(later.values(due_at=due_at, error=error))

    async def abandon(self, *, due_before: datetime, error: str) -> int:
        left = update(outbox).where(outbox.c.due_at < due_before)
        return (await self._connection.execute(left.values(due_at=None, error=error))).rowcount

    async def waiting(self) -> int:
        rows = await self._connection.execute(select(func.count()).where(outbox.c.due_at.is_not(None)))
        return rows.scalar_one()


def _due(endpoint: WebhookUrl, now: datetime, limit: int) -> Select[tuple[int]]:
    due = select(outbox.c.id).where(outbox.c.endpoint == endpoint, outbox.c.due_at <= now)
    return due.order_by(outbox.c.due_at, outbox.c.id).limit(limit)
