"""Attempts, from the permit to the end."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls.ends import left_unanswered, unreached
from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import insert_into, insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import ATTEMPT, Record, attempt_record, names_of, record_of
from dialer.adapters.sql.schema.count_tables import silence_hours
from dialer.adapters.sql.schema.tables import attempts, campaigns, contacts, live, suppressions, system
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint
from dialer.domain.calls.abandonment import SilentCalls, hour_of
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.retry import Made
from dialer.domain.campaigns.campaign import CampaignState
from dialer.ports.records import CallFilter, CallRow

SILENT = names_of(SilentCalls)
IN_ORDER = (attempts.c.decided_at, attempts.c.id)
CALL = ATTEMPT.add_columns(contacts.c.external_id)


STILL_ALLOWED = (
    exists().where(campaigns.c.id == attempts.c.campaign_id, campaigns.c.state == CampaignState.RUNNING),
    ~exists().where(system.c.halted),
    ~exists().where(
        suppressions.c.fingerprint == attempts.c.fingerprint,
        suppressions.c.removed_at.is_(None),
        or_(suppressions.c.sponsor.is_(None), suppressions.c.sponsor == attempts.c.sponsor),
    ),
)
"""Conditions that may have changed since the permit.

The very statement that moves reads them, so nothing comes in between.
"""


class SqlAttemptRepository(SqlRepository):
    """`dialer.ports.calls.attempts.AttemptRepository`."""

    async def add(self, given: Sequence[Attempt]) -> set[AttemptId]:
        if not given:
            return set()
        statement = insert_new(self._connection, attempts).returning(attempts.c.id)
        rows = [attempt_record(attempt) for attempt in given]
        return set((await self._connection.execute(statement, rows)).scalars())

    async def taken(self, fingerprints: Collection[Fingerprint]) -> set[Fingerprint]:
        statement = select(attempts.c.fingerprint).where(attempts.c.fingerprint.in_(fingerprints), live)
        return set((await self._connection.execute(statement)).scalars())

    async def originate(self, attempt_ids: Sequence[AttemptId], *, at: datetime, pbx: str) -> list[AttemptId]:
        moved: set[AttemptId] = set()
        for ids in chunks(attempt_ids):
            statement = (
                update(attempts)
                .where(
                    attempts.c.id.in_(ids),
                    attempts.c.state == AttemptState.PERMITTED,
                    attempts.c.pbx == pbx,
                    attempts.c.expires_at > at,
                    *STILL_ALLOWED,
                )
                .values(state=AttemptState.ORIGINATING, originated_at=at)
                .returning(attempts.c.id)
            )
            moved.update((await self._connection.execute(statement)).scalars())
        return [attempt_id for attempt_id in dict.fromkeys(attempt_ids) if attempt_id in moved]

    async def lock_alive(self, attempt_ids: Iterable[AttemptId]) -> set[AttemptId]:
        # In the order of their ids, so that two commits never wait for each other in a circle.
        alive: set[AttemptId] = set()
        for ids in chunks(sorted(set(attempt_ids))):
            statement = (
                select(attempts.c.id)
                .where(attempts.c.id.in_(ids), live)
                .order_by(attempts.c.id)
                .with_for_update()
            )
            alive.update((await self._connection.execute(statement)).scalars())
        return alive

    async def save(self, moved: Sequence[Attempt]) -> list[Attempt]:
        if not moved:
            return []
        stored = await self._names.to_be({attempt.fingerprint for attempt in moved})
        known = [replace(attempt, fingerprint=stored[attempt.fingerprint]) for attempt in moved]
        rows = [attempt_record(attempt) for attempt in known]
        columns: Record = {name: bindparam(name) for name in rows[0] if name != "id"}
        statement = update(attempts).where(attempts.c.id == bindparam("moved")).values(columns)
        # SQLAlchemy keeps a column's own name for SET, so the id to find has another name.
        await self._connection.execute(statement, [row | {"moved": row["id"]} for row in rows])
        return known

    async def oppose_late(self, late: Sequence[Attempt]) -> None:
        heard = [
            {"call": attempt.id, "opposed_at": attempt.opposed_at, "result": attempt.result}
            for attempt in late
            if attempt.opposed_at is not None
        ]
        if heard:
            first = update(attempts).where(
                attempts.c.id == bindparam("call"), ~live, attempts.c.opposed_at.is_(None)
            )
            columns: Record = {"opposed_at": bindparam("opposed_at"), "result": bindparam("result")}
            await self._connection.execute(first.values(columns), heard)

    async def get(self, attempt_id: AttemptId) -> CallRow:
        found = await _calls(self._connection, CALL.where(attempts.c.id == attempt_id))
        if not found:
            raise NotFound(f"there is no call {attempt_id}")
        return found[0]

    async def get_many(self, attempt_ids: Iterable[AttemptId]) -> dict[AttemptId, Attempt]:
        """Unknown ids are left out."""
        found: dict[AttemptId, Attempt] = {}
        for ids in chunks(attempt_ids):
            rows = await self._connection.execute(ATTEMPT.where(attempts.c.id.in_(ids)))
            found.update((row.id, Attempt(*row)) for row in rows)
        return found

    async def alive(self, *, pbx: str | None = None, campaign_id: CampaignId | None = None) -> list[Attempt]:
        """Return live attempts in order of decision."""
        statement = ATTEMPT.where(live)
        if pbx is not None:
            statement = statement.where(attempts.c.pbx == pbx)
        if campaign_id is not None:
            statement = statement.where(attempts.c.campaign_id == campaign_id)
        found = [Attempt(*row) for row in await self._connection.execute(statement)]
        # Sorted here, for they are few: SQLite's sort would walk all attempts in order, not the
        # live ones.
        return sorted(found, key=lambda attempt: (attempt.decided_at, attempt.id))

    async def alive_to(self, fingerprints: Iterable[Fingerprint]) -> list[Attempt]:
        found: list[Attempt] = []
        for meant in chunks((await self._names.of(fingerprints)).values()):
            rows = await self._connection.execute(ATTEMPT.where(live, attempts.c.fingerprint.in_(meant)))
            found += (Attempt(*row) for row in rows)
        return found

    async def made(self, contact_ids: Iterable[ContactId]) -> dict[ContactId, Made]:
        """Nothing is said, too, not left out. An attempt still alive is not counted yet."""
        made = dict.fromkeys(contact_ids, Made())
        for ids in chunks(list(made)):
            statement = (
                select(
                    attempts.c.contact_id,
                    func.count().filter(~unreached, ~left_unanswered),
                    func.count().filter(unreached),
                )
                .where(attempts.c.contact_id.in_(ids), ~live)
                .group_by(attempts.c.contact_id)
            )
            made.update((row[0], Made(row[1], row[2])) for row in await self._connection.execute(statement))
        return made

    async def calls(self, query: CallFilter) -> list[CallRow]:
        statement = CALL.order_by(*IN_ORDER).limit(query.limit)
        if query.campaign_id is not None:
            statement = statement.where(attempts.c.campaign_id == query.campaign_id)
        if query.after is not None:
            cursor = select(*IN_ORDER).where(attempts.c.id == query.after).scalar_subquery()
            statement = statement.where(tuple_(*IN_ORDER) > cursor)
        if query.fingerprint is not None:
            stored = await self._names.of([query.fingerprint])
            statement = statement.where(attempts.c.fingerprint == stored[query.fingerprint])
        return await _calls(self._connection, statement)

    async def silent(self, campaign_id: CampaignId, *, since: datetime) -> SilentCalls:
        sums = (func.coalesce(func.sum(silence_hours.c[name]), 0) for name in SILENT)
        statement = select(*sums).where(
            silence_hours.c.campaign_id == campaign_id, silence_hours.c.hour >= hour_of(since)
        )
        return SilentCalls(*map(int, (await self._connection.execute(statement)).one()))

    async def count_silent(self, counts: Mapping[tuple[CampaignId, datetime], SilentCalls]) -> None:
        statement = insert_into(self._connection, silence_hours)
        more = {name: silence_hours.c[name] + statement.excluded[name] for name in SILENT}
        # Sorted, for rows of hours are locked in one order by all.
        for (campaign_id, hour), calls in sorted(counts.items(), key=lambda item: item[0]):
            added = statement.values(campaign_id=campaign_id, hour=hour, **record_of(calls))
            await self._connection.execute(
                added.on_conflict_do_update(index_elements=["campaign_id", "hour"], set_=more)
            )


async def _calls(connection: AsyncConnection, statement: Select[Any]) -> list[CallRow]:
    rows = await connection.execute(statement)
    return [CallRow(Attempt(*row[:-1]), row.external_id) for row in rows]
