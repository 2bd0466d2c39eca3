"""Bearer tokens, fingerprint keys, people's keys and answered requests, stored.

All fingerprints move to the next version of their keys, some hundred numbers a transaction, each
number with all its rows at once: a join by fingerprint finds the same at any moment. Between two
pages others write, so an opposition waits no longer than a page takes.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.dialects import LONGEST_LIST, insert_new
from dialer.adapters.sql.db.repository import SqlRepository, under_rotation
from dialer.adapters.sql.records import TOKEN, columns_for, record_of
from dialer.adapters.sql.schema import machine, metadata
from dialer.adapters.sql.schema.calls import decisions
from dialer.adapters.sql.schema.ledger import pending
from dialer.adapters.sql.schema.people import subject_keys
from dialer.domain.access import Token
from dialer.domain.base.errors import Conflict, NotFound
from dialer.domain.base.types import Fingerprint
from dialer.ports.access import KeptRequest, KeyVersion, Moved, Rekeying
from dialer.ports.records import ArchivedAnswer, RequestKey


class SqlIdempotencyRepository(SqlRepository):
    """`dialer.ports.access.IdempotencyRepository`."""

    async def forget(self, *, before: datetime) -> None:
        await self._connection.execute(
            sa.delete(machine.idempotency).where(machine.idempotency.c.at < before)
        )

    async def begin(self, key: RequestKey, *, at: datetime) -> KeptRequest | None:
        claim = insert_new(self._connection, machine.idempotency).returning(machine.idempotency.c.key)
        row = {"token": key.token, "key": key.key, "request_sha256": key.request_sha256, "at": at}
        if (await self._connection.execute(claim, row)).first() is not None:
            return None
        kept = (await self._connection.execute(sa.select(machine.idempotency).where(_is(key)))).one()
        answer = None if kept.status is None else ArchivedAnswer(kept.status, kept.location, kept.body)
        return KeptRequest(kept.request_sha256, answer)

    async def keep(self, key: RequestKey, answer: ArchivedAnswer) -> None:
        values = {"status": answer.status, "location": answer.location, "body": answer.body}
        await self._connection.execute(sa.update(machine.idempotency).where(_is(key)).values(values))

    async def release(self, key: RequestKey) -> None:
        await self._connection.execute(sa.delete(machine.idempotency).where(_is(key)))


def _is(key: RequestKey) -> sa.ColumnElement[bool]:
    return sa.and_(machine.idempotency.c.token == key.token, machine.idempotency.c.key == key.key)


PAGE = 250
"""Numbers in one transaction: some tenths of a second."""
FINGERPRINTED = tuple(table for table in metadata.sorted_tables if "fingerprint" in table.c)
SEALED = (
    sa.select(decisions.c.id, decisions.c.fingerprint, decisions.c.sealed, subject_keys.c.key)
    .join_from(decisions, subject_keys, decisions.c.fingerprint == subject_keys.c.fingerprint)
    .where(decisions.c.sealed.is_not(None))
    .order_by(decisions.c.id)
    .limit(LONGEST_LIST)
)
WRAPPED = sa.select(subject_keys.c.fingerprint, subject_keys.c.key)


async def collect_page(connection: AsyncConnection, table: sa.Table, after: str) -> str:
    """Note the next numbers of a table as to be moved.

    Return the last of them; the same as `after` where none follow.
    """
    mine = table.c.fingerprint
    page = sa.select(mine.label("old")).where(mine > after).distinct().order_by(mine).limit(LONGEST_LIST)
    last = (await connection.execute(sa.select(sa.func.max(page.subquery().c.old)))).scalar_one()
    if last is None:
        return after
    found = sa.select(mine).where(mine > after, mine <= last).distinct()
    await connection.execute(insert_new(connection, machine.rekeyed).from_select(["old"], found))
    return str(last)


async def check_keys(connection: AsyncConnection, rekeying: Rekeying, after: str) -> str:
    """Open the keys of the next people, as their move will.

    Return as `collect_page` does. Raise `InvalidInput`.
    """
    page = WRAPPED.where(subject_keys.c.fingerprint > after).order_by(subject_keys.c.fingerprint)
    for row in (await connection.execute(page.limit(LONGEST_LIST))).all():
        rekeying.key(row.fingerprint, row.key)
        after = row.fingerprint
    return after


async def check_sealed(connection: AsyncConnection, rekeying: Rekeying, after: int) -> int:
    """Open the sealed texts of the next decisions. Return the last one read.

    Raise `InvalidInput`.
    """
    for row in (await connection.execute(SEALED.where(decisions.c.id > after))).all():
        rekeying.sealed(row.fingerprint, row.key, row.sealed)
        after = row.id
    return after


async def move_page(connection: AsyncConnection, rekeying: Rekeying) -> int:
    """Move a page of numbers; return their count, 0 at the end.

    Sealed texts go first: they are opened under the old fingerprints.
    """
    left = sa.select(machine.rekeyed.c.old).where(machine.LEFT).order_by(machine.rekeyed.c.old).limit(PAGE)
    numbers = (await connection.execute(left)).scalars().all()
    if not numbers:
        return 0
    moved = {old: rekeying.fingerprint(old) for old in numbers}
    to_new = (
        sa.update(machine.rekeyed)
        .where(machine.rekeyed.c.old == sa.bindparam("number"))
        .values(new=sa.bindparam("anew"))
    )
    await connection.execute(to_new, [{"number": old, "anew": new} for old, new in moved.items()])
    await _reseal_decisions(connection, rekeying, numbers)
    await _rewrap_keys(connection, rekeying, moved)
    await _renumber_pending(connection, moved)
    for table in FINGERPRINTED:
        if table not in (subject_keys, pending):
            mine = (table.c.fingerprint == machine.rekeyed.c.old, table.c.fingerprint.in_(numbers))
            await connection.execute(sa.update(table).where(*mine).values(fingerprint=machine.rekeyed.c.new))
    await _keep_names(connection, rekeying, moved)
    return len(numbers)


async def clear_page(connection: AsyncConnection) -> bool:
    """Delete some pairs of old and new fingerprints. Return whether there may be more."""
    page = sa.select(machine.rekeyed.c.old).order_by(machine.rekeyed.c.old).limit(LONGEST_LIST)
    gone = await connection.execute(sa.delete(machine.rekeyed).where(machine.rekeyed.c.old.in_(page)))
    return bool(gone.rowcount)


async def _reseal_decisions(
    connection: AsyncConnection, rekeying: Rekeying, numbers: Sequence[Fingerprint]
) -> None:
    statement = (
        sa.update(decisions).where(decisions.c.id == sa.bindparam("row")).values(sealed=sa.bindparam("anew"))
    )
    theirs, last = SEALED.where(decisions.c.fingerprint.in_(numbers)), -1
    while rows := (await connection.execute(theirs.where(decisions.c.id > last))).all():
        anew = [
            {"row": row.id, "anew": rekeying.sealed(row.fingerprint, row.key, row.sealed)} for row in rows
        ]
        await connection.execute(statement, anew)
        last = rows[-1].id


async def _rewrap_keys(
    connection: AsyncConnection, rekeying: Rekeying, moved: dict[Fingerprint, Fingerprint]
) -> None:
    statement = (
        sa.update(subject_keys)
        .where(subject_keys.c.fingerprint == sa.bindparam("number"))
        .values(fingerprint=sa.bindparam("new"), key=sa.bindparam("anew"))
    )
    anew = [
        {
            "number": row.fingerprint,
            "new": moved[row.fingerprint],
            "anew": rekeying.key(row.fingerprint, row.key),
        }
        for row in await connection.execute(WRAPPED.where(subject_keys.c.fingerprint.in_(moved)))
    ]
    if anew:
        await connection.execute(statement, anew)


async def _renumber_pending(connection: AsyncConnection, moved: dict[Fingerprint, Fingerprint]) -> None:
    """Events that wait to be sealed may be removed and added, never changed."""
    theirs = (
        sa.select(pending).where(pending.c.fingerprint.in_(moved)).order_by(pending.c.id).limit(LONGEST_LIST)
    )
    names = [column.name for column in pending.c]
    while rows := (await connection.execute(theirs)).all():
        await connection.execute(sa.delete(pending).where(pending.c.id.in_([row.id for row in rows])))
        anew = [dict(zip(names, row, strict=True)) | {"fingerprint": moved[row.fingerprint]} for row in rows]
        await connection.execute(sa.insert(pending), anew)


async def _keep_names(
    connection: AsyncConnection, rekeying: Rekeying, moved: dict[Fingerprint, Fingerprint]
) -> None:
    """Keep the ledger's names of numbers. An older name stays: the table has it already."""
    names = [{"fingerprint": new, "subject": rekeying.subject(old)} for old, new in moved.items()]
    await connection.execute(insert_new(connection, machine.pseudonyms), names)


VERSION = columns_for(KeyVersion, machine.fingerprint_keys).order_by(machine.fingerprint_keys.c.version)
COLLECTED = sa.select(machine.key_rotation.c.collected)
MADE = columns_for(KeyVersion, machine.key_rotation)


class SqlKeyRepository(SqlRepository):
    """`dialer.ports.access.KeyRepository`."""

    async def all(self) -> list[KeyVersion]:
        return [KeyVersion(*row) for row in await self._connection.execute(VERSION)]

    async def last_version(self) -> int:
        return int((await self._connection.execute(sa.select(machine.LAST_VERSION))).scalar_one())

    async def note(self, mark: str) -> None:
        unmarked = (
            machine.fingerprint_keys.c.version == machine.LAST_VERSION,
            machine.fingerprint_keys.c.mark == "",
        )
        await self._connection.execute(sa.update(machine.fingerprint_keys).where(*unmarked).values(mark=mark))

    async def being_made(self) -> KeyVersion | None:
        row = (await self._connection.execute(MADE)).first()
        return KeyVersion(*row) if row else None

    async def moved(self) -> Moved:
        counts = sa.select(sa.func.count(machine.rekeyed.c.new), sa.func.count())
        return Moved(*(await self._connection.execute(counts.select_from(machine.rekeyed))).one())

    async def check_keys(self, rekeying: Rekeying, after: str) -> str:
        return await check_keys(self._connection, rekeying, after)

    async def check_sealed(self, rekeying: Rekeying, after: int) -> int:
        return await check_sealed(self._connection, rekeying, after)

    async def begin(self, made: KeyVersion) -> None:
        await self._connection.execute(
            sa.insert(machine.key_rotation).values(record_of(made) | {"collected": False})
        )

    async def collected(self) -> bool:
        return bool((await self._connection.execute(COLLECTED)).scalar())

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(table.name for table in FINGERPRINTED)

    async def collect(self, table: str, after: str) -> str:
        # Another process may have begun to move: numbers already moved are not to be moved again.
        if (await self._connection.execute(COLLECTED)).scalar() is not False:
            return after
        return await collect_page(self._connection, metadata.tables[table], after)

    async def note_collected(self) -> None:
        await self._connection.execute(sa.update(machine.key_rotation).values(collected=True))

    async def move(self, rekeying: Rekeying) -> int:
        return await move_page(self._connection, rekeying)

    async def some_left(self) -> bool:
        left = sa.select(machine.rekeyed.c.old).where(machine.LEFT).limit(1)
        return (await self._connection.execute(left)).first() is not None

    async def any_moved(self) -> bool:
        return (await self._connection.execute(sa.select(machine.rekeyed.c.old).limit(1))).first() is not None

    async def put_in_force(self, made: KeyVersion) -> None:
        await self._connection.execute(sa.insert(machine.fingerprint_keys).values(record_of(made)))
        await self._connection.execute(sa.delete(machine.key_rotation))

    async def clear(self) -> bool:
        return not await under_rotation(self._connection) and await clear_page(self._connection)


async def keys_of(
    connection: AsyncConnection, fingerprints: Sequence[Fingerprint]
) -> dict[Fingerprint, bytes]:
    """Numbers without a key are left out. At most `dialects.LONGEST_LIST`."""
    statement = sa.select(subject_keys.c.fingerprint, subject_keys.c.key)
    rows = await connection.execute(statement.where(subject_keys.c.fingerprint.in_(fingerprints)))
    return {row.fingerprint: row.key for row in rows}


async def add_keys(connection: AsyncConnection, keys: dict[Fingerprint, bytes]) -> None:
    """Store keys. Raise `Conflict` where a number has one already.

    A text sealed under the new key must not be stored without it.
    """
    if keys:
        records = [{"fingerprint": fingerprint, "key": key} for fingerprint, key in keys.items()]
        await connection.execute(sa.insert(subject_keys), records)


class SqlTokenRepository(SqlRepository):
    """`dialer.ports.access.TokenRepository`."""

    async def add(self, token: Token) -> None:
        statement = insert_new(self._connection, machine.tokens).returning(machine.tokens.c.name)
        if (await self._connection.execute(statement, record_of(token))).first() is None:
            raise Conflict(f"there is a token named {token.name!r} already", hint="choose another name")

    async def by_secret(self, secret_sha256: str) -> Token | None:
        found = await self._connection.execute(TOKEN.where(machine.tokens.c.secret_sha256 == secret_sha256))
        row = found.first()
        return None if row is None else Token(*row)

    async def all(self) -> list[Token]:
        return [Token(*row) for row in await self._connection.execute(TOKEN.order_by(machine.tokens.c.name))]

    async def revoke(self, name: str, *, at: datetime) -> bool:
        known = sa.select(machine.tokens.c.name).where(machine.tokens.c.name == name)
        if (await self._connection.execute(known)).first() is None:
            raise NotFound(f"there is no token named {name!r}")
        still_valid = sa.update(machine.tokens).where(
            machine.tokens.c.name == name, machine.tokens.c.revoked_at.is_(None)
        )
        return bool((await self._connection.execute(still_valid.values(revoked_at=at))).rowcount)

    async def used(self, name: str, *, at: datetime) -> None:
        await self._connection.execute(
            sa.update(machine.tokens).where(machine.tokens.c.name == name).values(last_used_at=at)
        )
