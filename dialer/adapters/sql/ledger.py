"""The ledger with the events that wait for it, and the records under its evidence, stored.

An event is committed together with its record. Entries are sealed in order, by one process at a
time. The records are read in one snapshot, and row by row where one of a page cannot be read.
"""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.dialects import AT_ONCE, chunks, sole_sealer
from dialer.adapters.sql.db.engine import PRETENDED
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import TABLES, Spec, record_of
from dialer.adapters.sql.schema.calls import decision_inputs
from dialer.adapters.sql.schema.ledger import entries, heads, pending, tiles
from dialer.adapters.sql.schema.machine import LAST_VERSION, key_rotation, pseudonyms, rekeyed
from dialer.domain.base.canonical_json import canonical
from dialer.domain.base.errors import Conflict, Unavailable
from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.sealing import Pending, SealedEntry, SignedHead, Tail, read_head
from dialer.domain.ledger.tree import Run
from dialer.ports.ledger import RecordTable, Sealed, StoredHead, StoredRow, Unsealed
from dialer.ports.records import InputKind

_other = pending.alias()
# An import fills the table with consents: entries that stop or prove a call go before them. They do
# not go before a consent of the same person: the entries before a decision are those known to it,
# and an erasure covers those before it.
_CAN_WAIT = sa.and_(
    pending.c.kind == Kind.CONSENT.value,
    pending.c.fingerprint.not_in(
        sa.select(_other.c.fingerprint).where(
            _other.c.kind != Kind.CONSENT.value, _other.c.fingerprint.is_not(None)
        )
    ),
)
_moved = sa.exists().where(
    rekeyed.c.new == pending.c.fingerprint, sa.exists().where(key_rotation.c.collected)
)
WAITING = (
    sa.select(
        pending,
        pseudonyms.c.subject,
        # Of a number that was moved already, while the keys are being changed, it is the next.
        (LAST_VERSION + sa.case((_moved, 1), else_=0)).label("version"),
    )
    .join_from(pending, pseudonyms, pending.c.fingerprint == pseudonyms.c.fingerprint, isouter=True)
    .order_by(sa.case((_CAN_WAIT, 1), else_=0), pending.c.id)
)


async def record(connection: AsyncConnection, events: Iterable[LedgerEvent]) -> None:
    """Record events in the transaction of their rows: neither exists without the other."""
    for some in chunks(events, AT_ONCE):
        await connection.execute(sa.insert(pending), _rows(connection, some))


async def record_first(connection: AsyncConnection, events: Sequence[LedgerEvent]) -> None:
    """Record events as `record`, before all waiting ones."""
    first = (await connection.execute(sa.select(sa.func.min(pending.c.id)))).scalar_one() or 0
    numbered = enumerate(_rows(connection, events), first - len(events))
    await connection.execute(sa.insert(pending), [row | {"id": number} for number, row in numbered])


def _rows(connection: AsyncConnection, events: Iterable[LedgerEvent]) -> list[dict[str, Any]]:
    pretended = bool(
        connection.sync_connection and connection.sync_connection.get_execution_options().get(PRETENDED)
    )
    return [
        {
            "at": event.at,
            "kind": event.kind.value,
            "fingerprint": event.fingerprint,
            "about": event.about,
            "body": canonical(event.body),
            "pretended": pretended,
        }
        for event in events
    ]


async def first_pending(connection: AsyncConnection, limit: int) -> Sequence[sa.Row[Any]]:
    """Return rows of `WAITING`; of one person, causes before their consequences."""
    return (await connection.execute(WAITING.limit(limit))).all()


async def take_out(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Raise `Conflict` unless all of them still waited."""
    taken = 0
    for some in chunks(ids):
        taken += (await connection.execute(sa.delete(pending).where(pending.c.id.in_(some)))).rowcount
    if taken != len(ids):
        raise Conflict("events that were to be sealed wait no more", hint="run `dialer ledger verify`")


def pending_of(row: sa.Row[Any]) -> Pending:
    """Read a row of `WAITING`."""
    event = LedgerEvent(row.at, Kind(row.kind), json.loads(row.body), row.fingerprint, row.about)
    return Pending(event, row.pretended, row.subject, row.version)


# Cast, since SQLite keeps a foreign value there in its own type.
ENTRY = sa.select(
    entries.c.position,
    sa.cast(entries.c.text, sa.LargeBinary).label("text"),
    sa.cast(entries.c.hash, sa.LargeBinary).label("hash"),
    entries.c.kind,
    entries.c.subject,
    entries.c.about,
)
LAST = heads.select().order_by(heads.c.size.desc()).limit(1)
MOST_ABOUT = 1000


class SqlLedgerRepository(SqlRepository):
    """`dialer.ports.ledger.LedgerRepository`."""

    async def put_first(self, events: Sequence[LedgerEvent]) -> None:
        await record_first(self._connection, events)

    async def backlog(self) -> int:
        return int(
            (await self._connection.execute(sa.select(sa.func.count()).select_from(pending))).scalar_one()
        )

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
            sa.select(heads.c.size, heads.c.line)
            .where(heads.c.size > after)
            .order_by(heads.c.size)
            .limit(limit)
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
            number, statement = entries.c.position, sa.select(entries.c.hash)
        else:
            number, statement = tiles.c.number, sa.select(tiles.c.hash).where(tiles.c.level == run.level)
        wanted = statement.where(number >= run.first, number < run.first + run.count).order_by(number)
        return list((await self._connection.execute(wanted)).scalars())

    async def permit_indices(self, attempt_ids: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for ids in chunks(attempt_ids):
            statement = sa.select(entries.c.about, entries.c.position).where(
                entries.c.about.in_(ids), entries.c.kind == Kind.PERMIT.value
            )
            found.update((row.about, row.position) for row in await self._connection.execute(statement))
        return found

    async def _entries(self, statement: sa.Select[Any]) -> list[SealedEntry]:
        rows = await self._connection.execute(statement.order_by(entries.c.position))
        return [sealed_entry(row) for row in rows]


def sealed_entry(row: sa.Row[Any]) -> SealedEntry:
    """Read a row of `ENTRY`."""
    return SealedEntry(
        row.position, row.text.decode(errors="replace"), row.hash, row.kind, row.subject, row.about
    )


def _tail(row: sa.Row[Any] | None) -> Tail:
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
    await connection.execute(sa.insert(entries), rows)
    if sealed.batch.tiles:
        await connection.execute(sa.insert(tiles), [record_of(tile) for tile in sealed.batch.tiles])
    head = {
        "size": sealed.head.head.size,
        "line": sealed.head.line,
        "frontier": sealed.batch.frontier,
    }
    await connection.execute(sa.insert(heads).values(head))


PAGE = 1000
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
"""Errors of reading a value that no program of ours wrote."""


class SqlRecordedRepository(SqlRepository):
    """`dialer.ports.ledger.RecordedRepository`.

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
        shared = sa.select(decision_inputs.c.hash, decision_inputs.c.content)
        shared = shared.where(sa.type_coerce(decision_inputs.c.kind, sa.Text()) == kind.value)
        for some in chunks(hashes):
            rows = await self._connection.execute(shared.where(decision_inputs.c.hash.in_(some)))
            found.update((row.hash, row.content) for row in rows)
        return found

    async def _pages(self, spec: Spec) -> AsyncIterator[Sequence[StoredRow]]:
        order = sa.tuple_(*spec.keys)
        page: sa.Select[Any] = sa.select(*spec.keys).order_by(*spec.keys).limit(PAGE)
        keys = [tuple(key) for key in await self._connection.execute(page)]
        while keys:
            try:
                yield await self._read(spec, sa.and_(order >= keys[0], order <= keys[-1]))
            except UNREADABLE:
                yield [await self._read_one(spec, key) for key in keys]
            following = await self._connection.execute(page.where(order > keys[-1]))
            keys = [tuple(key) for key in following]

    async def _read(self, spec: Spec, which: sa.ColumnElement[bool]) -> list[StoredRow]:
        rows = await self._connection.execute(spec.rows.where(which).order_by(*spec.keys))
        return [spec.read(row) for row in rows.mappings()]

    async def _read_one(self, spec: Spec, key: tuple[Any, ...]) -> StoredRow:
        try:
            (row,) = await self._read(spec, sa.tuple_(*spec.keys) == key)
        except UNREADABLE:
            return StoredRow(spec.name(key[-1]), None)
        return row
