"""The ledger: sealed in order by one process at a time, and read."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import LargeBinary, Row, Select, cast, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import sole_sealer
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.ledger.ledger_pending import first_pending, pending_of, record_first, take_out
from dialer.adapters.sql.records import record_of
from dialer.adapters.sql.schema.ledger_tables import entries, heads, pending, tiles
from dialer.domain.base.errors import Unavailable
from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.head import SignedHead, read_head
from dialer.domain.ledger.proofs import Run
from dialer.domain.ledger.sealing import SealedEntry, Tail
from dialer.ports.ledger.ledger import Sealed, StoredHead, Unsealed

# Cast, since SQLite keeps a foreign value there in its own type.
ENTRY = select(
    entries.c.position,
    cast(entries.c.text, LargeBinary).label("text"),
    cast(entries.c.hash, LargeBinary).label("hash"),
    entries.c.kind,
    entries.c.subject,
    entries.c.about,
)
LAST = heads.select().order_by(heads.c.size.desc()).limit(1)
MOST_ABOUT = 1000


class SqlLedgerRepository(SqlRepository):
    """`dialer.ports.ledger.ledger.LedgerRepository`."""

    async def put_first(self, events: Sequence[LedgerEvent]) -> None:
        await record_first(self._connection, events)

    async def backlog(self) -> int:
        return int((await self._connection.execute(select(func.count()).select_from(pending))).scalar_one())

    async def unsealed(self, *, limit: int) -> Unsealed | None:
        rows = await first_pending(self._connection, limit)
        if not rows:
            return None
        tail = _tail((await self._connection.execute(LAST)).first())
        return Unsealed(tail, tuple(row.id for row in rows), tuple(map(pending_of, rows)))

    async def seal(self, batch: Unsealed, sealed: Sealed) -> bool:
        # Made before, and only compared here: the database's locks must not be held during slow
        # work.
        if not await sole_sealer(self._connection):
            return False
        if _tail((await self._connection.execute(LAST)).first()) != batch.tail:
            return False
        await take_out(self._connection, batch.ids)
        await _write(self._connection, sealed)
        return True

    async def head(self) -> SignedHead | None:
        return _tail((await self._connection.execute(LAST)).first()).head

    async def heads(self, *, after: int = 0, limit: int = 1000) -> list[StoredHead]:
        statement = (
            select(heads.c.size, heads.c.line).where(heads.c.size > after).order_by(heads.c.size).limit(limit)
        )
        return [StoredHead(*row) for row in await self._connection.execute(statement)]

    async def entries(self, *, first: int = 0, limit: int = 1000) -> list[SealedEntry]:
        return await self._entries(ENTRY.where(entries.c.position >= first).limit(limit))

    async def about(self, about: str) -> list[SealedEntry]:
        return await self._entries(ENTRY.where(entries.c.about == about).limit(MOST_ABOUT))

    async def of_subject(self, subject: str, kinds: Sequence[Kind]) -> list[SealedEntry]:
        wanted = entries.c.subject == subject, entries.c.kind.in_([kind.value for kind in kinds])
        return await self._entries(ENTRY.where(*wanted).limit(MOST_ABOUT))

    async def hashes(self, run: Run) -> list[bytes]:
        if run.level == 0:
            number, statement = entries.c.position, select(entries.c.hash)
        else:
            number, statement = tiles.c.number, select(tiles.c.hash).where(tiles.c.level == run.level)
        wanted = statement.where(number >= run.first, number < run.first + run.count).order_by(number)
        return list((await self._connection.execute(wanted)).scalars())

    async def permit_indices(self, attempt_ids: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for ids in chunks(attempt_ids):
            statement = select(entries.c.about, entries.c.position).where(
                entries.c.about.in_(ids), entries.c.kind == Kind.PERMIT.value
            )
            found.update((row.about, row.position) for row in await self._connection.execute(statement))
        return found

    async def _entries(self, statement: Select[Any]) -> list[SealedEntry]:
        rows = await self._connection.execute(statement.order_by(entries.c.position))
        return [sealed_entry(row) for row in rows]


def sealed_entry(row: Row[Any]) -> SealedEntry:
    """Read a row of `ENTRY`."""
    return SealedEntry(
        row.position, row.text.decode(errors="replace"), row.hash, row.kind, row.subject, row.about
    )


def _tail(row: Row[Any] | None) -> Tail:
    """Read a row of `LAST`."""
    if row is None:
        return Tail(None, b"")
    try:
        return Tail(read_head(row.line), row.frontier)
    except ValueError as error:
        raise Unavailable(
            f"the ledger's head of size {row.size} is damaged: {error}",
            hint="keep the database as it is, and run `dialer ledger verify`",
        ) from None


async def _write(connection: AsyncConnection, sealed: Sealed) -> None:
    rows = [
        {
            "position": entry.index,
            "text": entry.text.encode(),
            "hash": entry.hash,
            "kind": entry.kind,
            "subject": entry.subject,
            "about": entry.about,
        }
        for entry in sealed.batch.entries
    ]
    await connection.execute(insert(entries), rows)
    if sealed.batch.tiles:
        await connection.execute(insert(tiles), [record_of(tile) for tile in sealed.batch.tiles])
    head = {
        "size": sealed.head.head.size,
        "line": sealed.head.line,
        "frontier": sealed.batch.frontier,
    }
    await connection.execute(insert(heads).values(head))
