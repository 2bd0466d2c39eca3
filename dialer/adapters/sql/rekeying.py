"""All that is stored under fingerprints, brought to the next version of their keys: the rows of a number stay those of one number.

No statement is about more than some thousand numbers: the server is given up for dead that does not answer one in time.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    String,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable, DropTable
from sqlalchemy.sql.schema import MetaData

from dialer.adapters.sql.chunks import LONGEST_LIST
from dialer.adapters.sql.dialects import insert_new
from dialer.adapters.sql.key_tables import pseudonyms
from dialer.adapters.sql.ledger_tables import pending
from dialer.adapters.sql.tables import decisions, metadata, subject_keys
from dialer.ports.keys import Rekeying

rekeyed = Table(
    "rekeyed",
    MetaData(),
    Column("old", String(64), primary_key=True),
    Column("new", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    prefixes=["TEMPORARY"],
)
FINGERPRINTED = tuple(table for table in metadata.sorted_tables if "fingerprint" in table.c)


async def rekey(connection: AsyncConnection, rekeying: Rekeying) -> int:
    """Return how many numbers there are. What is sealed goes first: it is opened under the fingerprints of before."""
    await connection.execute(CreateTable(rekeyed))
    for table in FINGERPRINTED:
        await _collect(connection, table, rekeying)
    await _reseal_decisions(connection, rekeying)
    await _rewrap_keys(connection, rekeying)
    await _renumber_pending(connection)
    parts = [part async for part in _parts(connection)]
    for table in FINGERPRINTED:
        if table not in (subject_keys, pending):
            await _replace(connection, table, parts)
    await _keep_names(connection, parts)
    count = (await connection.execute(select(func.count()).select_from(rekeyed))).scalar_one()
    await connection.execute(DropTable(rekeyed))
    return count


async def _collect(connection: AsyncConnection, table: Table, rekeying: Rekeying) -> None:
    mine = table.c.fingerprint
    page = select(mine).where(mine.is_not(None)).distinct().order_by(mine).limit(LONGEST_LIST)
    last = ""
    while found := (await connection.execute(page.where(mine > last))).scalars().all():
        rows = [
            {"old": old, "new": rekeying.fingerprint(old), "subject": rekeying.subject(old)} for old in found
        ]
        await connection.execute(insert_new(connection, rekeyed), rows)
        last = found[-1]


async def _reseal_decisions(connection: AsyncConnection, rekeying: Rekeying) -> None:
    sealed = (
        select(decisions.c.id, decisions.c.fingerprint, decisions.c.sealed, subject_keys.c.key)
        .join_from(decisions, subject_keys, decisions.c.fingerprint == subject_keys.c.fingerprint)
        .where(decisions.c.sealed.is_not(None))
        .order_by(decisions.c.id)
    )
    statement = update(decisions).where(decisions.c.id == bindparam("row")).values(sealed=bindparam("anew"))
    async for rows in _pages(connection, sealed, decisions.c.id):
        anew = [
            {"row": row.id, "anew": rekeying.sealed(row.fingerprint, row.key, row.sealed)} for row in rows
        ]
        await connection.execute(statement, anew)


async def _rewrap_keys(connection: AsyncConnection, rekeying: Rekeying) -> None:
    wrapped = (
        select(rekeyed.c.old, rekeyed.c.new, subject_keys.c.key)
        .join_from(rekeyed, subject_keys, rekeyed.c.old == subject_keys.c.fingerprint)
        .order_by(rekeyed.c.old)
    )
    statement = (
        update(subject_keys)
        .where(subject_keys.c.fingerprint == bindparam("old"))
        .values(fingerprint=bindparam("new"), key=bindparam("anew"))
    )
    async for rows in _pages(connection, wrapped, rekeyed.c.old):
        anew = [{"old": row.old, "new": row.new, "anew": rekeying.key(row.old, row.key)} for row in rows]
        await connection.execute(statement, anew)


async def _renumber_pending(connection: AsyncConnection) -> None:
    """Events that wait to be sealed may be removed and added, never changed."""
    waiting = (
        select(*pending.c, rekeyed.c.new)
        .join_from(pending, rekeyed, pending.c.fingerprint == rekeyed.c.old)
        .order_by(pending.c.id)
    )
    names = [column.name for column in pending.c]
    async for rows in _pages(connection, waiting, pending.c.id):
        await connection.execute(delete(pending).where(pending.c.id.in_([row.id for row in rows])))
        anew = [dict(zip(names, row, strict=False)) | {"fingerprint": row.new} for row in rows]
        await connection.execute(insert(pending), anew)


async def _parts(connection: AsyncConnection) -> AsyncIterator[ColumnElement[bool]]:
    """Conditions that cut the numbers into parts of a size that one statement may have."""
    last, old = "", rekeyed.c.old
    while True:
        page = select(old).where(old > last).order_by(old).limit(LONGEST_LIST).subquery()
        upto = (await connection.execute(select(func.max(page.c.old)))).scalar_one()
        if upto is None:
            return
        yield (old > last) & (old <= upto)
        last = upto


async def _replace(connection: AsyncConnection, table: Table, parts: Sequence[ColumnElement[bool]]) -> None:
    """No fingerprint of after is one of before: what was replaced is not replaced again."""
    for part in parts:
        mine = (table.c.fingerprint == rekeyed.c.old) & part
        await connection.execute(update(table).where(mine).values(fingerprint=rekeyed.c.new))


async def _keep_names(connection: AsyncConnection, parts: Sequence[ColumnElement[bool]]) -> None:
    """Whoever was renamed before keeps that older name: the table has it already."""
    named = exists().where(pseudonyms.c.fingerprint == rekeyed.c.new)
    for part in parts:
        unnamed = select(rekeyed.c.new, rekeyed.c.subject).where(~named, part)
        await connection.execute(insert(pseudonyms).from_select(["fingerprint", "subject"], unnamed))


async def _pages(
    connection: AsyncConnection, statement: Select[Any], key: Column[Any]
) -> AsyncIterator[Sequence[Row[Any]]]:
    """`key`: the first column, by which the statement is ordered."""
    page = statement.limit(LONGEST_LIST)
    rows = (await connection.execute(page)).all()
    while rows:
        yield rows
        rows = (await connection.execute(page.where(key > rows[-1][0]))).all()
