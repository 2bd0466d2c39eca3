"""Under which fingerprint a number is stored while the keys are being changed (`rekeying`).

Numbers move to the new keys page by page, each with all that is stored of it. Until the last has moved everybody goes on naming them by
the keys in force; whatever takes a fingerprint from outside asks here what to look for.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.schema.key_tables import LEFT, key_rotation, rekeyed
from dialer.domain.base.types import Fingerprint

StoredAs = dict[Fingerprint, Fingerprint]
"""By the fingerprint that was given."""


async def under_rotation(connection: AsyncConnection) -> bool:
    return (await connection.execute(select(key_rotation.c.version))).first() is not None


async def stored_as(connection: AsyncConnection, fingerprints: Iterable[Fingerprint]) -> StoredAs:
    """For whoever reads."""
    found: StoredAs = {fingerprint: fingerprint for fingerprint in fingerprints}
    if found and await under_rotation(connection):
        for some in chunks(list(found)):
            moved = select(rekeyed.c.old, rekeyed.c.new).where(rekeyed.c.old.in_(some), ~LEFT)
            found.update((row.old, row.new) for row in await connection.execute(moved))
    return found


async def to_be_stored_as(connection: AsyncConnection, fingerprints: Collection[Fingerprint]) -> StoredAs:
    """For whoever writes: a number that was never stored is noted, so that it will be moved with the others."""
    found: StoredAs = {fingerprint: fingerprint for fingerprint in fingerprints}
    if found and await under_rotation(connection):
        for some in chunks(list(found)):
            either = or_(rekeyed.c.old.in_(some), rekeyed.c.new.in_(some))
            known = (await connection.execute(select(rekeyed.c.old, rekeyed.c.new).where(either))).all()
            found.update((row.old, row.new) for row in known if row.new)
            unknown = set(some).difference(*known)
            if unknown:
                await connection.execute(insert_new(connection, rekeyed), [{"old": one} for one in unknown])
    return {fingerprint: found[fingerprint] for fingerprint in fingerprints}
