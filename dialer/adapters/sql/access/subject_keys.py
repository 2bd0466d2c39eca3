"""The key of each number, wrapped."""

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.schema.tables import subject_keys
from dialer.domain.base.types import Fingerprint


async def keys_of(
    connection: AsyncConnection, fingerprints: Sequence[Fingerprint]
) -> dict[Fingerprint, bytes]:
    """Numbers without a key are left out. At most `chunks.LONGEST_LIST`."""
    statement = select(subject_keys.c.fingerprint, subject_keys.c.key)
    rows = await connection.execute(statement.where(subject_keys.c.fingerprint.in_(fingerprints)))
    return {row.fingerprint: row.key for row in rows}


async def add_keys(connection: AsyncConnection, keys: dict[Fingerprint, bytes]) -> None:
    """Store keys. Raise `Conflict` where a number has one already.

    A text sealed under the new key must not be stored without it.
    """
    if keys:
        records = [{"fingerprint": fingerprint, "key": key} for fingerprint, key in keys.items()]
        await connection.execute(insert(subject_keys), records)
