"""Oppositions: appended, taken out of force by an administrator, never deleted."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.chunks import chunks
from dialer.adapters.sql.engine import Database
from dialer.adapters.sql.ledger_pending import record
from dialer.adapters.sql.outbox import SqlOutbox
from dialer.adapters.sql.records import SUPPRESSION, record_of
from dialer.adapters.sql.tables import suppressions
from dialer.domain.contact import Fingerprint
from dialer.domain.ledger.of_people import opposed, opposition_lifted
from dialer.domain.notification import opt_out
from dialer.domain.suppression import Suppression

IN_FORCE = SUPPRESSION.where(suppressions.c.removed_at.is_(None)).order_by(suppressions.c.id)


async def append_suppressions(connection: AsyncConnection, entries: Sequence[Suppression]) -> None:
    if entries:
        await connection.execute(insert(suppressions), [record_of(entry) for entry in entries])
        await record(connection, map(opposed, entries))


async def suppressions_of(
    connection: AsyncConnection, fingerprints: Sequence[Fingerprint] | Select[Any]
) -> dict[Fingerprint, list[Suppression]]:
    """Those in force; numbers without any are left out. `fingerprints` may be a query for them."""
    found: defaultdict[Fingerprint, list[Suppression]] = defaultdict(list)
    for row in await connection.execute(IN_FORCE.where(suppressions.c.fingerprint.in_(fingerprints))):
        found[row.fingerprint].append(Suppression(*row))
    return found


class SqlSuppressions:
    """`dialer.ports.store.Suppressions`."""

    def __init__(self, database: Database, outbox: SqlOutbox) -> None:
        self._database = database
        self._outbox = outbox

    async def add(self, entries: Sequence[Suppression]) -> None:
        async with self._database.write() as connection:
            await append_suppressions(connection, entries)
            await self._outbox.put(connection, map(opt_out, entries))

    async def of(self, fingerprint: Fingerprint) -> tuple[Suppression, ...]:
        return tuple((await self.of_many([fingerprint])).get(fingerprint, ()))

    async def of_many(self, fingerprints: Iterable[Fingerprint]) -> dict[Fingerprint, list[Suppression]]:
        found: dict[Fingerprint, list[Suppression]] = {}
        async with self._database.read() as connection:
            for some in chunks(fingerprints):
                found |= await suppressions_of(connection, some)
        return found

    async def remove(
        self, fingerprint: Fingerprint, sponsor: str | None, *, by: str, at: datetime, reason: str
    ) -> int:
        statement = update(suppressions).where(
            suppressions.c.fingerprint == fingerprint, suppressions.c.removed_at.is_(None)
        )
        if sponsor is not None:
            statement = statement.where(suppressions.c.sponsor == sponsor)
        async with self._database.write() as connection:
            removal = statement.values(removed_at=at, removed_by=by, removed_reason=reason)
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

    async def all(self, *, batch: int = 5000) -> AsyncIterator[Sequence[Suppression]]:
        """A transaction a batch: a long reader would keep SQLite's log from being folded back."""
        last = 0
        while True:
            page = IN_FORCE.add_columns(suppressions.c.id).where(suppressions.c.id > last).limit(batch)
            async with self._database.read() as connection:
                rows = (await connection.execute(page)).all()
            if not rows:
                return
            last = rows[-1].id
            yield [Suppression(*row[:-1]) for row in rows]
