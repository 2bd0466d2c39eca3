"""The move of all fingerprints to the next version of their keys.

It moves some hundred numbers a transaction, each number with all its rows at once: a join by
fingerprint finds the same at any moment. Between two pages others write, so an opposition waits no
longer than a page takes.
"""

from collections.abc import Sequence

from sqlalchemy import (
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import LONGEST_LIST
from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.schema.key_tables import LEFT, pseudonyms, rekeyed
from dialer.adapters.sql.schema.ledger_tables import pending
from dialer.adapters.sql.schema.tables import decisions, subject_keys
from dialer.adapters.sql.schema.whole import WHOLE
from dialer.domain.base.types import Fingerprint
from dialer.ports.access.keys import Rekeying

PAGE = 250
"""Numbers in one transaction: some tenths of a second."""
FINGERPRINTED = tuple(table for table in WHOLE.sorted_tables if "fingerprint" in table.c)
SEALED = (
    select(decisions.c.id, decisions.c.fingerprint, decisions.c.sealed, subject_keys.c.key)
    .join_from(decisions, subject_keys, decisions.c.fingerprint == subject_keys.c.fingerprint)
    .where(decisions.c.sealed.is_not(None))
    .order_by(decisions.c.id)
    .limit(LONGEST_LIST)
)
WRAPPED = select(subject_keys.c.fingerprint, subject_keys.c.key)


async def collect_page(connection: AsyncConnection, table: Table, after: str) -> str:
    """Note the next numbers of a table as to be moved.

    Return the last of them; the same as `after` where none follow.
    """
    mine = table.c.fingerprint
    page = select(mine.label("old")).where(mine > after).distinct().order_by(mine).limit(LONGEST_LIST)
    last = (await connection.execute(select(func.max(page.subquery().c.old)))).scalar_one()
    if last is None:
        return after
    found = select(mine).where(mine > after, mine <= last).distinct()
    await connection.execute(insert_new(connection, rekeyed).from_select(["old"], found))
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
    left = select(rekeyed.c.old).where(LEFT).order_by(rekeyed.c.old).limit(PAGE)
    numbers = (await connection.execute(left)).scalars().all()
    if not numbers:
        return 0
    moved = {old: rekeying.fingerprint(old) for old in numbers}
    to_new = update(rekeyed).where(rekeyed.c.old == bindparam("number")).values(new=bindparam("anew"))
    await connection.execute(to_new, [{"number": old, "anew": new} for old, new in moved.items()])
    await _reseal_decisions(connection, rekeying, numbers)
    await _rewrap_keys(connection, rekeying, moved)
    await _renumber_pending(connection, moved)
    for table in FINGERPRINTED:
        if table not in (subject_keys, pending):
            mine = (table.c.fingerprint == rekeyed.c.old, table.c.fingerprint.in_(numbers))
            await connection.execute(update(table).where(*mine).values(fingerprint=rekeyed.c.new))
    await _keep_names(connection, rekeying, moved)
    return len(numbers)


async def clear_page(connection: AsyncConnection) -> bool:
    """Delete some pairs of old and new fingerprints. Return whether there may be more."""
    page = select(rekeyed.c.old).order_by(rekeyed.c.old).limit(LONGEST_LIST)
    gone = await connection.execute(delete(rekeyed).where(rekeyed.c.old.in_(page)))
    return bool(gone.rowcount)


async def _reseal_decisions(
    connection: AsyncConnection, rekeying: Rekeying, numbers: Sequence[Fingerprint]
) -> None:
    statement = update(decisions).where(decisions.c.id == bindparam("row")).values(sealed=bindparam("anew"))
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
        update(subject_keys)
        .where(subject_keys.c.fingerprint == bindparam("number"))
        .values(fingerprint=bindparam("new"), key=bindparam("anew"))
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
        select(pending).where(pending.c.fingerprint.in_(moved)).order_by(pending.c.id).limit(LONGEST_LIST)
    )
    names = [column.name for column in pending.c]
    while rows := (await connection.execute(theirs)).all():
        await connection.execute(delete(pending).where(pending.c.id.in_([row.id for row in rows])))
        anew = [dict(zip(names, row, strict=True)) | {"fingerprint": moved[row.fingerprint]} for row in rows]
        await connection.execute(insert(pending), anew)


async def _keep_names(
    connection: AsyncConnection, rekeying: Rekeying, moved: dict[Fingerprint, Fingerprint]
) -> None:
    """Keep the ledger's names of numbers. An older name stays: the table has it already."""
    names = [{"fingerprint": new, "subject": rekeying.subject(old)} for old, new in moved.items()]
    await connection.execute(insert_new(connection, pseudonyms), names)
