"""The common part of repositories: the unit's connection, and the names of numbers in it.

The stored fingerprint of a number while the keys are being changed (`rekeying`). Numbers move
to the new keys page by page, each with all its rows. Until the last has moved, callers name
them by the keys in force. A lookup by a fingerprint from outside asks here for the stored one.
"""

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.dialects import chunks, insert_new
from dialer.adapters.sql.schema.machine import LEFT, key_rotation, rekeyed
from dialer.domain.base.types import Fingerprint

StoredAs = dict[Fingerprint, Fingerprint]
"""Stored fingerprints by the given ones."""


async def under_rotation(connection: AsyncConnection) -> bool:
    return (await connection.execute(sa.select(key_rotation.c.version))).first() is not None


class StoredNames:
    """The names of numbers in one unit of work.

    No change of keys begins or ends meanwhile: a writer shares its lock, a reader sees one
    snapshot.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._rotating: bool | None = None

    async def of(self, fingerprints: Iterable[Fingerprint]) -> StoredAs:
        """Return the stored names for a reader."""
        found: StoredAs = {fingerprint: fingerprint for fingerprint in fingerprints}
        if found and await self._under_rotation():
            for some in chunks(list(found)):
                moved = sa.select(rekeyed.c.old, rekeyed.c.new).where(rekeyed.c.old.in_(some), ~LEFT)
                found.update((row.old, row.new) for row in await self._connection.execute(moved))
        return found

    async def to_be(self, fingerprints: Collection[Fingerprint]) -> StoredAs:
        """Return the stored names for a writer.

        A number that was never stored is noted, so that it is moved as well.
        """
        found: StoredAs = {fingerprint: fingerprint for fingerprint in fingerprints}
        if found and await self._under_rotation():
            for some in chunks(list(found)):
                either = sa.or_(rekeyed.c.old.in_(some), rekeyed.c.new.in_(some))
                names = sa.select(rekeyed.c.old, rekeyed.c.new).where(either)
                known = (await self._connection.execute(names)).all()
                found.update((row.old, row.new) for row in known if row.new)
                unknown = set(some).difference(*known)
                if unknown:
                    noted = insert_new(self._connection, rekeyed)
                    await self._connection.execute(noted, [{"old": one} for one in unknown])
        return {fingerprint: found[fingerprint] for fingerprint in fingerprints}

    async def _under_rotation(self) -> bool:
        if self._rotating is None:
            self._rotating = await under_rotation(self._connection)
        return self._rotating


class SqlRepository:
    """Statements on one connection: no transaction of its own, no ledger, no law."""

    def __init__(self, connection: AsyncConnection, names: StoredNames) -> None:
        self._connection = connection
        self._names = names
