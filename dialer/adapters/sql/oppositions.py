"""Suppressions, external lists, and locks on numbers, stored.

A suppression is appended, taken out of force by an administrator, never deleted. A list that others
keep is filled aside, put in force whole, replaced whole. A lock is held to the end of the
transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db import dialects
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import SUPPRESSION, columns_for, record_of
from dialer.adapters.sql.schema import people
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import Fingerprint, ImportId
from dialer.domain.oppositions.suppression import ListStanding, OppositionList, Suppression
from dialer.ports.oppositions import SuppressionPage, SuppressionPlace
from dialer.ports.records import ListedCount


class SqlNumberLocks(SqlRepository):
    """`dialer.ports.oppositions.NumberLocks`: advisory locks of PostgreSQL."""

    async def reserve(self, fingerprints: Sequence[Fingerprint]) -> set[Fingerprint]:
        return await dialects.reserve(self._connection, fingerprints)

    async def await_turn(self, fingerprints: Collection[Fingerprint]) -> None:
        stored = await self._names.to_be(fingerprints)
        await dialects.await_turn(self._connection, set(stored.values()))


IN_FORCE = SUPPRESSION.where(people.suppressions.c.removed_at.is_(None)).order_by(people.suppressions.c.id)
IN_ORDER = people.suppressions.c.revision, people.suppressions.c.id
START = SuppressionPlace(-1, -1)


class SqlSuppressionRepository(SqlRepository):
    """`dialer.ports.oppositions.SuppressionRepository`."""

    async def add(self, entries: Sequence[Suppression]) -> list[Suppression]:
        if not entries:
            return []
        stored = await self._names.to_be([entry.fingerprint for entry in entries])
        known = [replace(entry, fingerprint=stored[entry.fingerprint]) for entry in entries]
        now = {"revision": await self._new_revision()}
        rows = [record_of(entry) | now for entry in known]
        await self._connection.execute(sa.insert(people.suppressions), rows)
        return known

    async def of_many(self, fingerprints: Iterable[Fingerprint]) -> dict[Fingerprint, list[Suppression]]:
        found: dict[Fingerprint, list[Suppression]] = {}
        for some in dialects.chunks(fingerprints):
            stored = await self._names.of(some)
            theirs = await suppressions_of(self._connection, list(stored.values()))
            found.update((given, theirs[now]) for given, now in stored.items() if now in theirs)
        return found

    async def sources_among(self, sources: Collection[str | None]) -> set[str | None]:
        known: set[str | None] = set()
        for some in dialects.chunks(sources):
            statement = sa.select(people.suppressions.c.source).where(people.suppressions.c.source.in_(some))
            known.update((await self._connection.execute(statement)).scalars())
        return known

    async def remove(
        self, fingerprint: Fingerprint, sponsor: str | None, *, by: str, at: datetime, reason: str
    ) -> int:
        stored = (await self._names.to_be([fingerprint]))[fingerprint]
        revision = await self._new_revision()
        statement = sa.update(people.suppressions).where(
            people.suppressions.c.fingerprint == stored, people.suppressions.c.removed_at.is_(None)
        )
        if sponsor is not None:
            statement = statement.where(people.suppressions.c.sponsor == sponsor)
        removal = statement.values(removed_at=at, removed_by=by, removed_reason=reason, revision=revision)
        return (await self._connection.execute(removal)).rowcount

    async def drop_notes(self, fingerprint: Fingerprint) -> int:
        mine = sa.update(people.suppressions).where(people.suppressions.c.fingerprint == fingerprint)
        return (await self._connection.execute(mine.values(note=None))).rowcount

    async def count(self) -> int:
        statement = sa.select(sa.func.count(people.suppressions.c.fingerprint.distinct()))
        rows = await self._connection.execute(statement.where(people.suppressions.c.removed_at.is_(None)))
        return rows.scalar_one()

    async def revision(self) -> str:
        names = people.suppression_revisions.c
        last = await self._connection.execute(sa.select(names.name).order_by(names.id.desc()).limit(1))
        return str(last.scalar_one())

    async def place_of(self, revision: str) -> SuppressionPlace | None:
        names = people.suppression_revisions.c
        found = await self._connection.execute(sa.select(names.id).where(names.name == revision))
        number = found.scalar_one_or_none()
        return None if number is None else SuppressionPlace(number + 1, -1)

    async def changed(self, *, in_force: bool, after: SuppressionPlace | None, limit: int) -> SuppressionPage:
        removed = people.suppressions.c.removed_at
        page = SUPPRESSION.add_columns(*IN_ORDER).where(
            removed.is_(None) if in_force else removed.is_not(None)
        )
        last = after or START
        statement = page.where(sa.tuple_(*IN_ORDER) > (last.revision, last.id)).order_by(*IN_ORDER)
        rows = (await self._connection.execute(statement.limit(limit))).all()
        end = SuppressionPlace(rows[-1].revision, rows[-1].id) if rows else last
        return SuppressionPage([Suppression(*row[:-2]) for row in rows], end)

    async def _new_revision(self) -> int:
        # After the locks on numbers, which every writer has awaited: one order for all.
        await dialects.alone_with_suppressions(self._connection)
        name = sa.insert(people.suppression_revisions).values(name=uuid4().hex)
        made = await self._connection.execute(name.returning(people.suppression_revisions.c.id))
        return int(made.scalar_one())


async def suppressions_of(
    connection: AsyncConnection, fingerprints: Sequence[Fingerprint] | sa.Select[Any]
) -> dict[Fingerprint, list[Suppression]]:
    """Return the oppositions in force; numbers without any are left out.

    `fingerprints` may be a query.
    """
    found: defaultdict[Fingerprint, list[Suppression]] = defaultdict(list)
    for row in await connection.execute(IN_FORCE.where(people.suppressions.c.fingerprint.in_(fingerprints))):
        found[row.fingerprint].append(Suppression(*row))
    return found


LIST = columns_for(OppositionList, people.opposition_lists)


class ListsOf:
    """The lists that speak for one sponsor, and which of some numbers they hold."""

    def __init__(self, lists: Sequence[OppositionList], holds: dict[Fingerprint, set[ImportId]]) -> None:
        self._lists = lists
        self._holds = holds
        self._none = self._standing(set())

    def of(self, fingerprint: Fingerprint) -> tuple[ListStanding, ...]:
        found = self._holds.get(fingerprint)
        return self._standing(found) if found else self._none

    def _standing(self, found: set[ImportId]) -> tuple[ListStanding, ...]:
        return tuple(
            ListStanding(e.name, e.valid_from, e.valid_to, e.id in found, e.kind) for e in self._lists
        )


async def lists_of(
    connection: AsyncConnection, sponsor: str, fingerprints: Sequence[Fingerprint] | sa.Select[Any]
) -> ListsOf:
    """`fingerprints` may be a query for them."""
    mine = sa.or_(people.opposition_lists.c.sponsor.is_(None), people.opposition_lists.c.sponsor == sponsor)
    rows = await connection.execute(LIST.where(people.current, mine).order_by(people.opposition_lists.c.name))
    lists = [OppositionList(*row) for row in rows]
    holds: defaultdict[Fingerprint, set[ImportId]] = defaultdict(set)
    if lists:
        entries = sa.select(people.list_entries.c.fingerprint, people.list_entries.c.list_id).where(
            people.list_entries.c.fingerprint.in_(fingerprints),
            people.list_entries.c.list_id.in_([e.id for e in lists]),
        )
        for row in await connection.execute(entries):
            holds[row.fingerprint].add(row.list_id)
    return ListsOf(lists, holds)


class SqlOppositionListRepository(SqlRepository):
    """`dialer.ports.oppositions.OppositionListRepository`."""

    async def add(self, entry: OppositionList, fingerprints: Iterable[Fingerprint]) -> None:
        await self._connection.execute(
            dialects.insert_new(self._connection, people.opposition_lists), record_of(entry)
        )
        for some in dialects.chunks(fingerprints, dialects.AT_ONCE):
            stored = await self._names.to_be(some)
            records = [{"list_id": entry.id, "fingerprint": now} for now in stored.values()]
            await self._connection.execute(
                dialects.insert_new(self._connection, people.list_entries), records
            )

    async def put_in_force(self, list_id: ImportId, *, at: datetime) -> None:
        name = (
            sa.select(people.opposition_lists.c.name)
            .where(people.opposition_lists.c.id == list_id)
            .scalar_subquery()
        )
        before = sa.update(people.opposition_lists).where(
            people.opposition_lists.c.name == name, people.current
        )
        await self._connection.execute(before.values(replaced_at=at))
        this = sa.update(people.opposition_lists).where(people.opposition_lists.c.id == list_id)
        if (await self._connection.execute(this.values(in_force_at=at))).rowcount == 0:
            raise NotFound(f"there is no list {list_id}")

    async def forget_replaced(self) -> bool:
        gone = sa.select(people.opposition_lists.c.id).where(
            people.opposition_lists.c.replaced_at.is_not(None)
        )
        page = sa.select(people.list_entries.c.fingerprint, people.list_entries.c.list_id).where(
            people.list_entries.c.list_id.in_(gone)
        )
        rows = (await self._connection.execute(page.limit(dialects.LONGEST_LIST))).all()
        for list_id in {row.list_id for row in rows}:
            some = [row.fingerprint for row in rows if row.list_id == list_id]
            mine = (people.list_entries.c.list_id == list_id, people.list_entries.c.fingerprint.in_(some))
            await self._connection.execute(sa.delete(people.list_entries).where(*mine))
        return len(rows) == dialects.LONGEST_LIST

    async def current(self) -> list[ListedCount]:
        entries = sa.select(sa.func.count()).where(
            people.list_entries.c.list_id == people.opposition_lists.c.id
        )
        statement = LIST.add_columns(entries.scalar_subquery()).where(people.current)
        rows = await self._connection.execute(statement.order_by(people.opposition_lists.c.name))
        return [ListedCount(OppositionList(*row[:-1]), row[-1]) for row in rows]

    async def standings(
        self, sponsor: str, fingerprints: Iterable[Fingerprint]
    ) -> dict[Fingerprint, tuple[ListStanding, ...]]:
        found: dict[Fingerprint, tuple[ListStanding, ...]] = {}
        for some in dialects.chunks(fingerprints):
            stored = await self._names.of(some)
            lists = await lists_of(self._connection, sponsor, list(stored.values()))
            found.update((given, lists.of(now)) for given, now in stored.items())
        return found
