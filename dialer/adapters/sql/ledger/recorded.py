"""Every record under the ledger's evidence, read in one snapshot.

It is read row by row where one of a page cannot be read.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, select, tuple_, type_coerce

from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.ledger.ledger import ENTRY, sealed_entry
from dialer.adapters.sql.ledger.ledger_pending import WAITING, pending_of
from dialer.adapters.sql.schema.ledger_tables import entries
from dialer.adapters.sql.schema.recorded_tables import TABLES, Spec
from dialer.adapters.sql.schema.tables import decision_inputs
from dialer.domain.ledger.sealing import Pending, SealedEntry
from dialer.ports.ledger.recorded import RecordTable, StoredRow
from dialer.ports.records import InputKind

PAGE = 1000
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
"""Errors of reading a value that no program of ours wrote."""


class SqlRecordedRepository(SqlRepository):
    """`dialer.ports.ledger.recorded.RecordedRepository`.

    For as long as its unit lasts, SQLite's log is not folded back.
    """

    async def entries(self) -> AsyncIterator[Sequence[SealedEntry]]:
        page = ENTRY.order_by(entries.c.position).limit(PAGE)
        rows = (await self._connection.execute(page)).all()
        while rows:
            yield [sealed_entry(row) for row in rows]
            following = page.where(entries.c.position > rows[-1].position)
            rows = (await self._connection.execute(following)).all()

    async def pending(self) -> Sequence[Pending]:
        return [pending_of(row) for row in await self._connection.execute(WAITING)]

    def shelves(self) -> Sequence[RecordTable]:
        return [RecordTable(spec.parts, self._pages(spec)) for spec in TABLES]

    async def inputs(self, kind: InputKind, hashes: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        shared = select(decision_inputs.c.hash, decision_inputs.c.content)
        shared = shared.where(type_coerce(decision_inputs.c.kind, Text()) == kind.value)
        for some in chunks(hashes):
            rows = await self._connection.execute(shared.where(decision_inputs.c.hash.in_(some)))
            found.update((row.hash, row.content) for row in rows)
        return found

    async def _pages(self, spec: Spec) -> AsyncIterator[Sequence[StoredRow]]:
        order = tuple_(*spec.keys)
        page: Select[Any] = select(*spec.keys).order_by(*spec.keys).limit(PAGE)
        keys = [tuple(key) for key in await self._connection.execute(page)]
        while keys:
            try:
                yield await self._read(spec, and_(order >= keys[0], order <= keys[-1]))
            except UNREADABLE:
                yield [await self._read_one(spec, key) for key in keys]
            following = await self._connection.execute(page.where(order > keys[-1]))
            keys = [tuple(key) for key in following]

    async def _read(self, spec: Spec, which: ColumnElement[bool]) -> list[StoredRow]:
        rows = await self._connection.execute(spec.rows.where(which).order_by(*spec.keys))
        return [spec.read(row) for row in rows.mappings()]

    async def _read_one(self, spec: Spec, key: tuple[Any, ...]) -> StoredRow:
        try:
            (row,) = await self._read(spec, tuple_(*spec.keys) == key)
        except UNREADABLE:
            return StoredRow(spec.name(key[-1]), None)
        return row
