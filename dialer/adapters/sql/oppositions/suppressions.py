"""Oppositions: appended, taken out of force by an administrator, never deleted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import alone_with_suppressions
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import SUPPRESSION, record_of
from dialer.adapters.sql.schema.tables import suppression_revisions, suppressions
from dialer.domain.base.types import Fingerprint
from dialer.domain.oppositions.suppression import Suppression
from dialer.ports.oppositions.suppressions import SuppressionPage, SuppressionPlace

IN_FORCE = SUPPRESSION.where(suppressions.c.removed_at.is_(None)).order_by(suppressions.c.id)
IN_ORDER = suppressions.c.revision, suppressions.c.id
START = SuppressionPlace(-1, -1)


class SqlSuppressionRepository(SqlRepository):
    """`dialer.ports.oppositions.suppressions.SuppressionRepository`."""

    async def add(self, entries: Sequence[Suppression]) -> list[Suppression]:
        if not entries:
            return []
        stored = await self._names.to_be([entry.fingerprint for entry in entries])
        known = [replace(entry, fingerprint=stored[entry.fingerprint]) for entry in entries]
        now = {"revision": await self._new_revision()}
        rows = [record_of(entry) | now for entry in known]
        await self._connection.execute(insert(suppressions), rows)
        return known

    async def of_many(self, fingerprints: Iterable[Fingerprint]) -> dict[Fingerprint, list[Suppression]]:
        found: dict[Fingerprint, list[Suppression]] = {}
        for some in chunks(fingerprints):
            stored = await self._names.of(some)
            theirs = await suppressions_of(self._connection, list(stored.values()))
            found.update((given, theirs[now]) for given, now in stored.items() if now in theirs)
        return found

    async def sources_among(self, sources: Collection[str | None]) -> set[str | None]:
        known: set[str | None] = set()
        for some in chunks(sources):
            statement = select(suppressions.c.source).where(suppressions.c.source.in_(some))
            known.update((await self._connection.execute(statement)).scalars())
        return known

    async def remove(
        self, fingerprint: Fingerprint, sponsor: str | None, *, by: str, at: datetime, reason: str
    ) -> int:
        stored = (await self._names.to_be([fingerprint]))[fingerprint]
        revision = await self._new_revision()
        statement = update(suppressions).where(
            suppressions.c.fingerprint == stored, suppressions.c.removed_at.is_(None)
        )
        if sponsor is not None:
            statement = statement.where(suppressions.c.sponsor == sponsor)
        removal = statement.values(removed_at=at, removed_by=by, removed_reason=reason, revision=revision)
        return (await self._connection.execute(removal)).rowcount

    async def drop_notes(self, fingerprint: Fingerprint) -> int:
        mine = update(suppressions).where(suppressions.c.fingerprint == fingerprint)
        return (await self._connection.execute(mine.values(note=None))).rowcount

    async def count(self) -> int:
        statement = select(func.count(suppressions.c.fingerprint.distinct()))
        rows = await self._connection.execute(statement.where(suppressions.c.removed_at.is_(None)))
        return rows.scalar_one()

    async def revision(self) -> str:
        names = suppression_revisions.c
        last = await self._connection.execute(select(names.name).order_by(names.id.desc()).limit(1))
        return str(last.scalar_one())

    async def place_of(self, revision: str) -> SuppressionPlace | None:
        names = suppression_revisions.c
        found = await self._connection.execute(select(names.id).where(names.name == revision))
        number = found.scalar_one_or_none()
        return None if number is None else SuppressionPlace(number + 1, -1)

    async def changed(self, *, in_force: bool, after: SuppressionPlace | None, limit: int) -> SuppressionPage:
        removed = suppressions.c.removed_at
        page = SUPPRESSION.add_columns(*IN_ORDER).where(
            removed.is_(None) if in_force else removed.is_not(None)
        )
        last = after or START
        statement = page.where(tuple_(*IN_ORDER) > (last.revision, last.id)).order_by(*IN_ORDER)
        rows = (await self._connection.execute(statement.limit(limit))).all()
        end = SuppressionPlace(rows[-1].revision, rows[-1].id) if rows else last
        return SuppressionPage([Suppression(*row[:-2]) for row in rows], end)

    async def _new_revision(self) -> int:
        # After the locks on numbers, which every writer has awaited: one order for all.
        await alone_with_suppressions(self._connection)
        name = insert(suppression_revisions).values(name=uuid4().hex)
        made = await self._connection.execute(name.returning(suppression_revisions.c.id))
        return int(made.scalar_one())


async def suppressions_of(
    connection: AsyncConnection, fingerprints: Sequence[Fingerprint] | Select[Any]
) -> dict[Fingerprint, list[Suppression]]:
    """Return the oppositions in force; numbers without any are left out.

    `fingerprints` may be a query.
    """
    found: defaultdict[Fingerprint, list[Suppression]] = defaultdict(list)
    for row in await connection.execute(IN_FORCE.where(suppressions.c.fingerprint.in_(fingerprints))):
        found[row.fingerprint].append(Suppression(*row))
    return found
