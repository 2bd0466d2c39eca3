"""The versions of the fingerprint keys."""

from sqlalchemy import delete, func, insert, select, update

from dialer.adapters.sql.access.rekeying import (
    FINGERPRINTED,
    check_keys,
    check_sealed,
    clear_page,
    collect_page,
    move_page,
)
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.db.stored_as import under_rotation
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.key_tables import LAST_VERSION, LEFT, fingerprint_keys, key_rotation, rekeyed
from dialer.adapters.sql.schema.whole import WHOLE
from dialer.ports.access.keys import KeyVersion, Moved, Rekeying

VERSION = columns_for(KeyVersion, fingerprint_keys).order_by(fingerprint_keys.c.version)
COLLECTED = select(key_rotation.c.collected)
MADE = columns_for(KeyVersion, key_rotation)


class SqlKeyRepository(SqlRepository):
    """`dialer.ports.access.keys.KeyRepository`."""

    async def all(self) -> list[KeyVersion]:
        return [KeyVersion(*row) for row in await self._connection.execute(VERSION)]

    async def last_version(self) -> int:
        return int((await self._connection.execute(select(LAST_VERSION))).scalar_one())

    async def note(self, mark: str) -> None:
        unmarked = fingerprint_keys.c.version == LAST_VERSION, fingerprint_keys.c.mark == ""
        await self._connection.execute(update(fingerprint_keys).where(*unmarked).values(mark=mark))

    async def being_made(self) -> KeyVersion | None:
        row = (await self._connection.execute(MADE)).first()
        return KeyVersion(*row) if row else None

    async def moved(self) -> Moved:
        counts = select(func.count(rekeyed.c.new), func.count())
        return Moved(*(await self._connection.execute(counts.select_from(rekeyed))).one())

    async def check_keys(self, rekeying: Rekeying, after: str) -> str:
        return await check_keys(self._connection, rekeying, after)

    async def check_sealed(self, rekeying: Rekeying, after: int) -> int:
        return await check_sealed(self._connection, rekeying, after)

    async def begin(self, made: KeyVersion) -> None:
        await self._connection.execute(insert(key_rotation).values(record_of(made) | {"collected": False}))

    async def collected(self) -> bool:
        return bool((await self._connection.execute(COLLECTED)).scalar())

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(table.name for table in FINGERPRINTED)

    async def collect(self, table: str, after: str) -> str:
        # Another process may have begun to move: numbers already moved are not to be moved again.
        if (await self._connection.execute(COLLECTED)).scalar() is not False:
            return after
        return await collect_page(self._connection, WHOLE.tables[table], after)

    async def note_collected(self) -> None:
        await self._connection.execute(update(key_rotation).values(collected=True))

    async def move(self, rekeying: Rekeying) -> int:
        return await move_page(self._connection, rekeying)

    async def some_left(self) -> bool:
        left = select(rekeyed.c.old).where(LEFT).limit(1)
        return (await self._connection.execute(left)).first() is not None

    async def any_moved(self) -> bool:
        return (await self._connection.execute(select(rekeyed.c.old).limit(1))).first() is not None

    async def put_in_force(self, made: KeyVersion) -> None:
        await self._connection.execute(insert(fingerprint_keys).values(record_of(made)))
        await self._connection.execute(delete(key_rotation))

    async def clear(self) -> bool:
        return not await under_rotation(self._connection) and await clear_page(self._connection)
