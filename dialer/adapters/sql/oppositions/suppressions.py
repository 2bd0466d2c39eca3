"""Oppositions: appended, taken out of force by an administrator, never deleted."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import alone_with_suppressions, await_turn
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.db.stored_as import stored_as, to_be_stored_as
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.records import SUPPRESSION, record_of
from dialer.adapters.sql.schema.tables import suppression_revisions, suppressions
from dialer.adapters.sql.upkeep.outbox import SqlOutbox
from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.entries_people import opposed, opposition_lifted
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.upkeep.notification import opt_out

MOST_AT_ONCE = 1000
"""In one transaction: each number takes a lock, and PostgreSQL's table of locks holds 6,400 by default."""
IN_FORCE = SUPPRESSION.where(suppressions.c.removed_at.is_(None)).order_by(suppressions.c.id)


async def append_suppressions(connection: AsyncConnection, entries: Sequence[Suppression]) -> None:
    """After any judgement of these numbers that is under way: whoever asks next for calls to them finds the one that it permitted."""
    if entries:
        await await_turn(connection, {entry.fingerprint for entry in entries})
        now = {"revision": await new_revision(connection)}
        await connection.execute(insert(suppressions), [record_of(entry) | now for entry in entries])
        await record(connection, map(opposed, entries))


async def new_revision(connection: AsyncConnection) -> int:
    await alone_with_suppressions(connection)
    statement = insert(suppression_revisions).values(name=uuid4().hex).returning(suppression_revisions.c.id)
    return int((await connection.execute(statement)).scalar_one())


async def suppressions_of(
    connection: AsyncConnection, fingerprints: Sequence[Fingerprint] | Select[Any]
) -> dict[Fingerprint, list[Suppression]]:
    """Those in force; numbers without any are left out. `fingerprints` may be a query for them."""
    found: defaultdict[Fingerprint, list[Suppression]] = defaultdict(list)
    for row in await connection.execute(IN_FORCE.where(suppressions.c.fingerprint.in_(fingerprints))):
        found[row.fingerprint].append(Suppression(*row))
    return found


class SqlSuppressions:
    """`dialer.ports.suppressions.Suppressions`."""

    def __init__(self, database: Database, outbox: SqlOutbox) -> None:
        self._database = database
        self._outbox = outbox

    async def add(self, entries: Sequence[Suppression]) -> None:
        for some in chunks(entries, MOST_AT_ONCE):
            async with self._database.write() as connection:
                stored = await to_be_stored_as(connection, [entry.fingerprint for entry in some])
                entries = [replace(entry, fingerprint=stored[entry.fingerprint]) for entry in some]
                await append_suppressions(connection, entries)
                await self._outbox.put(connection, map(opt_out, entries))

    async def of(self, fingerprint: Fingerprint) -> tuple[Suppression, ...]:
        return tuple((await self.of_many([fingerprint])).get(fingerprint, ()))

    async def of_many(self, fingerprints: Iterable[Fingerprint]) -> dict[Fingerprint, list[Suppression]]:
        found: dict[Fingerprint, list[Suppression]] = {}
        async with self._database.read() as connection:
            for some in chunks(fingerprints):
                stored = await stored_as(connection, some)
                theirs = await suppressions_of(connection, list(stored.values()))
                found.update((given, theirs[now]) for given, now in stored.items() if now in theirs)
        return found

    async def remove(
        self, fingerprint: Fingerprint, sponsor: str | None, *, by: str, at: datetime, reason: str
    ) -> int:
        async with self._database.write() as connection:
            fingerprint = (await to_be_stored_as(connection, [fingerprint]))[fingerprint]
            revision = await new_revision(connection)
            statement = update(suppressions).where(
                suppressions.c.fingerprint == fingerprint, suppressions.c.removed_at.is_(None)
            )
            if sponsor is not None:
                statement = statement.where(suppressions.c.sponsor == sponsor)
            removal = statement.values(removed_at=at, removed_by=by, removed_reason=reason, revision=revision)
            count = (await connection.execute(removal)).rowcount
            if count:
                lifted = opposition_lifted(fingerprint, sponsor, by=by, at=at, reason=reason, count=count)
                await record(connection, [lifted])
        return count

    async def count(self) -> int:
        statement = select(func.count(suppressions.c.fingerprint.distinct()))
        async with self._database.read() as connection:
            rows = await connection.execute(statement.where(suppressions.c.removed_at.is_(None)))
            return rows.scalar_one()

    async def revision(self) -> str:
        names = suppression_revisions.c
        async with self._database.read() as connection:
            last = await connection.execute(select(names.name).order_by(names.id.desc()).limit(1))
            return str(last.scalar_one())

    async def knows(self, revision: str) -> bool:
        return await self._number_of(revision) is not None

    def in_force(self, *, since: str | None = None, batch: int = 5000) -> AsyncIterator[list[Suppression]]:
        return self._changed(suppressions.c.removed_at.is_(None), since, batch)

    def lifted(self, *, since: str | None = None, batch: int = 5000) -> AsyncIterator[list[Suppression]]:
        return self._changed(suppressions.c.removed_at.is_not(None), since, batch)

    async def _changed(
        self, wanted: ColumnElement[bool], since: str | None, batch: int
    ) -> AsyncIterator[list[Suppression]]:
        """A transaction a batch: a long reader would keep SQLite's log from being folded back."""
        known = await self._number_of(since) if since else None
        order = suppressions.c.revision, suppressions.c.id
        last = (-1 if known is None else known + 1, -1)
        page = SUPPRESSION.add_columns(*order).where(wanted).order_by(*order).limit(batch)
        while True:
            async with self._database.read() as connection:
                rows = (await connection.execute(page.where(tuple_(*order) > last))).all()
            if not rows:
                return
            last = (rows[-1].revision, rows[-1].id)
            yield [Suppression(*row[:-2]) for row in rows]

    async def _number_of(self, revision: str) -> int | None:
        names = suppression_revisions.c
        async with self._database.read() as connection:
            found = await connection.execute(select(names.id).where(names.name == revision))
            return found.scalar_one_or_none()
