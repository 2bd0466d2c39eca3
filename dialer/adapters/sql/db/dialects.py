"""The statements that differ between the engines beyond the reach of SQLAlchemy Core.

Limits on the size of one statement.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.domain.base.types import Fingerprint

T = TypeVar("T")

# SQLite takes 32,766 parameters in one statement, PostgreSQL 65,535.
LONGEST_LIST = 5000

AT_ONCE = 250
"""Rows written without a pause: some ten milliseconds without a call event read."""


def chunks(items: Iterable[T], longest: int = LONGEST_LIST) -> Iterator[Sequence[T]]:
    """Cut a list of any length into lists that both engines take as IN (...)."""
    iterator = iter(items)
    while chunk := list(islice(iterator, longest)):
        yield chunk


SEALER_LOCK = 0x6C6564676572
"""Any constant will do, as long as every process that seals takes the same."""

KEYS_LOCK = 0x66706B657973
"""Lock shared by every writing transaction, and exclusive to a rotation of the keys.

`fingerprint_key_version()` takes it.
"""
SUPPRESSIONS_LOCK = 0x737570707265
"""Lock held by a transaction that changes oppositions, until its end."""

AIMED_AT_WHOLE_TABLES = ("jit", "enable_hashjoin", "enable_mergejoin", "enable_seqscan")

Insert = sqlite.Insert | postgresql.Insert


def insert_into(connection: AsyncConnection, table: sa.Table) -> Insert:
    """Return an INSERT with a choice for rows that a unique index refuses."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def insert_new(connection: AsyncConnection, table: sa.Table) -> Insert:
    """Return an INSERT that skips rows refused by a unique index.

    `returning` then gives the inserted rows.
    """
    return insert_into(connection, table).on_conflict_do_nothing()


async def reserve(connection: AsyncConnection, fingerprints: Sequence[Fingerprint]) -> set[Fingerprint]:
    """Return the numbers that this transaction alone may judge until it ends; never wait.

    Two campaigns may list one number. Without this, both could count its attempts before either
    writes one, and together pass a cap. SQLite's one writer has them all.
    """
    if connection.dialect.name == "sqlite":
        return set(fingerprints)
    keys = {_lock_key(fingerprint): fingerprint for fingerprint in fingerprints}
    key = sa.func.unnest(sa.literal(list(keys), sa.ARRAY(sa.BigInteger))).column_valued("key")
    locked = await connection.execute(sa.select(key).where(sa.func.pg_try_advisory_xact_lock(key)))
    return {keys[row.key] for row in locked}


async def sole_sealer(connection: AsyncConnection) -> bool:
    """Tell whether this transaction alone may seal until it ends; never wait.

    A process that dies lets go with its connection.
    """
    if connection.dialect.name == "sqlite":
        return True
    return bool(
        (await connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(SEALER_LOCK)))).scalar_one()
    )


async def alone_with_suppressions(connection: AsyncConnection) -> None:
    """Lock changes of oppositions until this transaction ends.

    So their revisions are committed in order.
    """
    if connection.dialect.name != "sqlite":
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SUPPRESSIONS_LOCK)))


async def await_turn(connection: AsyncConnection, fingerprints: Collection[Fingerprint]) -> None:
    """Wait until no other transaction judges these numbers.

    Then none begins to before this one ends. Rows stored after that are seen by every later
    judgement. Every earlier judgement has left its attempt for all to see. SQLite's one writer has
    had its turn already.
    """
    if connection.dialect.name != "sqlite" and fingerprints:
        # In one order, so that no two wait for each other.
        keys = sorted({_lock_key(fingerprint) for fingerprint in fingerprints})
        key = sa.func.unnest(sa.literal(keys, sa.ARRAY(sa.BigInteger))).column_valued("key")
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _lock_key(fingerprint: Fingerprint) -> int:
    """Return 64 bits of it, signed.

    Should two numbers ever share them, one waits for its next turn.
    """
    return int(fingerprint[:16], 16) - 2**63


def json_row(connection: AsyncConnection, columns: Iterable[sa.ColumnElement[Any]]) -> sa.ColumnElement[str]:
    """The columns as one JSON text."""
    if connection.dialect.name == "sqlite":
        return sa.type_coerce(sa.func.json_array(*columns), sa.Text)
    return sa.cast(sa.func.json_build_array(*columns), sa.Text)


def json_rows(connection: AsyncConnection, columns: Iterable[sa.ColumnElement[Any]]) -> sa.ColumnElement[str]:
    """An aggregate: every row as a JSON array in one JSON text."""
    if connection.dialect.name == "sqlite":
        return sa.type_coerce(sa.func.json_group_array(sa.func.json_array(*columns)), sa.Text)
    return sa.cast(sa.func.json_agg(sa.func.json_build_array(*columns)), sa.Text)


async def by_contact(connection: AsyncConnection) -> None:
    """Let PostgreSQL answer from indexes, contact by contact, until the transaction ends.

    It compiles nothing then. By itself it reads all consents of all people for each page of a list,
    and takes longer to compile the query than to answer it.
    """
    if connection.dialect.name != "sqlite":
        off = [sa.func.set_config(name, "off", True) for name in AIMED_AT_WHOLE_TABLES]
        await connection.execute(
            sa.select(*off, sa.func.set_config("max_parallel_workers_per_gather", "0", True))
        )
