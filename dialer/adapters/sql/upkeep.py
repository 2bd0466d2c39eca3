"""Outgoing notifications, restorations, and the calls that a restoration brought back, stored.

A notification is written in the transaction of its cause, and kept until delivered. The calls come
from the journal.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.dialects import chunks, insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.calls import attempts
from dialer.adapters.sql.schema.machine import outbox, past_calls, restores
from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.attempt import recalled_attempt
from dialer.domain.decision.facts import PastAttempt
from dialer.domain.upkeep import Notification, Topic
from dialer.ports.records import Delivery
from dialer.ports.upkeep import DatabaseRestore, PastCall, WebhookUrl

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
    """`dialer.ports.upkeep.OutboxRepository`."""

    async def has_due(self, endpoint: WebhookUrl, *, now: datetime) -> bool:
        return (await self._connection.execute(_due(endpoint, now, 1))).first() is not None

    async def claim(
        self, endpoint: WebhookUrl, *, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        # FOR UPDATE SKIP LOCKED: rows claimed by another process are skipped.
        locked = _due(endpoint, now, limit).with_for_update(skip_locked=True)
        ids = list((await self._connection.execute(locked)).scalars())
        claimed = (
            sa.update(outbox)
            .where(outbox.c.id.in_(ids))
            .values(due_at=until, tries=outbox.c.tries + 1)
            .returning(outbox.c.id, outbox.c.body, outbox.c.tries)
        )
        rows = (await self._connection.execute(claimed)).all() if ids else []
        return [Delivery(row.id, row.body, row.tries) for row in sorted(rows)]

    async def delivered(self, delivery_id: int) -> None:
        await self._connection.execute(sa.delete(outbox).where(outbox.c.id == delivery_id))

    async def postpone(self, delivery_id: int, *, due_at: datetime | None, error: str) -> None:
        later = sa.update(outbox).where(outbox.c.id == delivery_id)
        await self._connection.execute(later.values(due_at=due_at, error=error))

    async def abandon(self, *, due_before: datetime, error: str) -> int:
        left = sa.update(outbox).where(outbox.c.due_at < due_before)
        return (await self._connection.execute(left.values(due_at=None, error=error))).rowcount

    async def waiting(self) -> int:
        rows = await self._connection.execute(sa.select(sa.func.count()).where(outbox.c.due_at.is_not(None)))
        return rows.scalar_one()


def _due(endpoint: WebhookUrl, now: datetime, limit: int) -> sa.Select[tuple[int]]:
    due = sa.select(outbox.c.id).where(outbox.c.endpoint == endpoint, outbox.c.due_at <= now)
    return due.order_by(outbox.c.due_at, outbox.c.id).limit(limit)


RESTORATION = columns_for(DatabaseRestore, restores)
LAST = sa.select(sa.func.max(restores.c.id)).scalar_subquery()


class SqlRestoreRepository(SqlRepository):
    """`dialer.ports.upkeep.RestoreRepository`."""

    async def add(self, restoration: DatabaseRestore) -> None:
        await self._connection.execute(sa.insert(restores).values(record_of(restoration)))

    async def last(self) -> DatabaseRestore | None:
        row = (await self._connection.execute(RESTORATION.where(restores.c.id == LAST))).first()
        return DatabaseRestore(*row) if row else None

    async def add_calls(self, calls: Sequence[PastCall]) -> int:
        added = 0
        for some in chunks(calls):
            ids = [call.attempt_id for call in some]
            found = await self._connection.execute(sa.select(attempts.c.id).where(attempts.c.id.in_(ids)))
            known = set(found.scalars())
            unknown = [record_of(call) for call in some if call.attempt_id not in known]
            if unknown:
                statement = insert_new(self._connection, past_calls).returning(past_calls.c.attempt_id)
                added += len((await self._connection.execute(statement, unknown)).all())
        return added

    async def note_read_back(self, pbx: str, *, oppositions: int) -> None:
        mine = sa.select(restores.c.read_back).where(restores.c.id == LAST).with_for_update()
        before = (await self._connection.execute(mine)).scalar_one()
        after = before | {pbx: oppositions}
        await self._connection.execute(
            sa.update(restores).where(restores.c.id == LAST).values(read_back=after)
        )

    async def end(self, *, at: datetime) -> None:
        await self._connection.execute(sa.update(restores).where(restores.c.id == LAST).values(ended_at=at))


async def past_calls_of(
    connection: AsyncConnection, sponsor: str, fingerprints: Sequence[Fingerprint] | sa.Select[Any]
) -> defaultdict[Fingerprint, list[PastAttempt]]:
    """Return them by number. `fingerprints` may be a query for them."""
    found: defaultdict[Fingerprint, list[PastAttempt]] = defaultdict(list)
    theirs = sa.or_(past_calls.c.sponsor == sponsor, past_calls.c.sponsor.is_(None))
    mine = sa.select(past_calls).where(past_calls.c.fingerprint.in_(fingerprints), theirs)
    for row in await connection.execute(mine.order_by(past_calls.c.at, past_calls.c.attempt_id)):
        found[row.fingerprint].append(recalled_attempt(row.campaign_id, row.at))
    return found
