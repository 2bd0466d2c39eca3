"""Lists of oppositions that others keep: filled aside, put in force whole, replaced whole."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import AT_ONCE, LONGEST_LIST, chunks
from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.list_tables import current, list_entries, opposition_lists
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import Fingerprint, ImportId
from dialer.domain.oppositions.external_list import ListStanding, OppositionList
from dialer.ports.records import ListedCount

LIST = columns_for(OppositionList, opposition_lists)


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
    connection: AsyncConnection, sponsor: str, fingerprints: Sequence[Fingerprint] | Select[Any]
) -> ListsOf:
    """`fingerprints` may be a query for them."""
    mine = or_(opposition_lists.c.sponsor.is_(None), opposition_lists.c.sponsor == sponsor)
    rows = await connection.execute(LIST.where(current, mine).order_by(opposition_lists.c.name))
    lists = [OppositionList(*row) for row in rows]
    holds: defaultdict[Fingerprint, set[ImportId]] = defaultdict(set)
    if lists:
        entries = select(list_entries.c.fingerprint, list_entries.c.list_id).where(
            list_entries.c.fingerprint.in_(fingerprints), list_entries.c.list_id.in_([e.id for e in lists])
        )
        for row in await connection.execute(entries):
            holds[row.fingerprint].add(row.list_id)
    return ListsOf(lists, holds)


class SqlOppositionListRepository(SqlRepository):
    """`dialer.ports.oppositions.external_lists.OppositionListRepository`."""

    async def add(self, entry: OppositionList, fingerprints: Iterable[Fingerprint]) -> None:
        await self._connection.execute(insert_new(self._connection, opposition_lists), record_of(entry))
        for some in chunks(fingerprints, AT_ONCE):
            stored = await self._names.to_be(some)
            records = [{"list_id": entry.id, "fingerprint": now} for now in stored.values()]
            await self._connection.execute(insert_new(self._connection, list_entries), records)

    async def put_in_force(self, list_id: ImportId, *, at: datetime) -> None:
        name = select(opposition_lists.c.name).where(opposition_lists.c.id == list_id).scalar_subquery()
        before = update(opposition_lists).where(opposition_lists.c.name == name, current)
        await self._connection.execute(before.values(replaced_at=at))
        this = update(opposition_lists).where(opposition_lists.c.id == list_id)
        if (await self._connection.execute(this.values(in_force_at=at))).rowcount == 0:
            raise NotFound(f"there is no list {list_id}")

    async def forget_replaced(self) -> bool:
        gone = select(opposition_lists.c.id).where(opposition_lists.c.replaced_at.is_not(None))
        page = select(list_entries.c.fingerprint, list_entries.c.list_id).where(
            list_entries.c.list_id.in_(gone)
        )
        rows = (await self._connection.execute(page.limit(LONGEST_LIST))).all()
        for list_id in {row.list_id for row in rows}:
            some = [row.fingerprint for row in rows if row.list_id == list_id]
            mine = (list_entries.c.list_id == list_id, list_entries.c.fingerprint.in_(some))
            await self._connection.execute(delete(list_entries).where(*mine))
        return len(rows) == LONGEST_LIST

    async def current(self) -> list[ListedCount]:
        entries = select(func.count()).where(list_entries.c.list_id == opposition_lists.c.id)
        statement = LIST.add_columns(entries.scalar_subquery()).where(current)
        rows = await self._connection.execute(statement.order_by(opposition_lists.c.name))
        return [ListedCount(OppositionList(*row[:-1]), row[-1]) for row in rows]

    async def standings(
        self, sponsor: str, fingerprints: Iterable[Fingerprint]
    ) -> dict[Fingerprint, tuple[ListStanding, ...]]:
        found: dict[Fingerprint, tuple[ListStanding, ...]] = {}
        for some in chunks(fingerprints):
            stored = await self._names.of(some)
            lists = await lists_of(self._connection, sponsor, list(stored.values()))
            found.update((given, lists.of(now)) for given, now in stored.items())
        return found
