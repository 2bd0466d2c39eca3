"""The versions of the fingerprint keys."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from sqlalchemy import Table, delete, func, insert, select, update

from dialer.adapters.sql.access.rekeying import (
    FINGERPRINTED,
    check_keys,
    check_sealed,
    clear_page,
    collect_page,
    move_page,
)
from dialer.adapters.sql.db.columns import EPOCH
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.db.stored_as import under_rotation
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.key_tables import LAST_VERSION, LEFT, fingerprint_keys, key_rotation, rekeyed
from dialer.domain.base.errors import Conflict
from dialer.domain.ledger.entries_upkeep import keys_rotated, rotation_begun
from dialer.ports.keys import KeyVersion, Moved, Rekeying

VERSION = columns_for(KeyVersion, fingerprint_keys).order_by(fingerprint_keys.c.version)
COLLECTED = select(key_rotation.c.collected)
MADE = columns_for(KeyVersion, key_rotation)
NOT_THE_NEXT = "see `dialer keys list`"
Place = TypeVar("Place", str, int)


class SqlKeyVersions:
    """`dialer.ports.keys.KeyVersions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[KeyVersion]:
        async with self._database.read() as connection:
            return [KeyVersion(*row) for row in await connection.execute(VERSION)]

    async def note(self, mark: str) -> None:
        unmarked = fingerprint_keys.c.version == LAST_VERSION, fingerprint_keys.c.mark == ""
        async with self._database.write() as connection:
            await connection.execute(update(fingerprint_keys).where(*unmarked).values(mark=mark))

    async def being_made(self) -> KeyVersion | None:
        async with self._database.read() as connection:
            row = (await connection.execute(MADE)).first()
            return KeyVersion(*row) if row else None

    async def moved(self) -> Moved:
        counts = select(func.count(rekeyed.c.new), func.count())
        async with self._database.read() as connection:
            return Moved(*(await connection.execute(counts.select_from(rekeyed))).one())

    async def check(self, rekeying: Rekeying) -> None:
        """A page a transaction: a long reader would keep SQLite's log from being folded back."""

        async def keys(after: str) -> str:
            async with self._database.read() as connection:
                return await check_keys(connection, rekeying, after)

        async def sealed(after: int) -> int:
            async with self._database.read() as connection:
                return await check_sealed(connection, rekeying, after)

        await _to_the_last(keys, "")
        await _to_the_last(sealed, -1)

    async def begin(self, made: KeyVersion) -> None:
        while not await self._note_begun(made):
            await self.clear()
        if not await self._collected():
            await self._collect()

    async def move(self, rekeying: Rekeying) -> int:
        async with self._database.write(alone=True) as connection:
            return await move_page(connection, rekeying)

    async def end(self, made: KeyVersion) -> bool:
        async with self._database.write(alone=True) as connection:
            collected = MADE.where(key_rotation.c.collected, key_rotation.c.version == made.version)
            begun = (await connection.execute(collected)).first()
            if begun is None or begun.mark != made.mark:
                raise Conflict("somebody else has ended this change of keys", hint=NOT_THE_NEXT)
            if (await connection.execute(select(rekeyed.c.old).where(LEFT).limit(1))).first():
                return False
            numbers = (await connection.execute(select(func.count()).select_from(rekeyed))).scalar_one()
            await connection.execute(insert(fingerprint_keys).values(record_of(KeyVersion(*begun))))
            await connection.execute(delete(key_rotation))
            at = made.made_at or EPOCH
            told = keys_rotated(made.version, by=made.by, at=at, reason=made.reason, numbers=numbers)
            await record(connection, [told])
        self._database.pin(made.version)
        return True

    async def clear(self) -> None:
        while await self._clear_some():
            pass

    async def _clear_some(self) -> bool:
        async with self._database.write(alone=True) as connection:
            return not await under_rotation(connection) and await clear_page(connection)

    async def _note_begun(self, made: KeyVersion) -> bool:
        """Return whether it is noted: not while something is left of the change before."""
        async with self._database.write(alone=True) as connection:
            last = (await connection.execute(select(LAST_VERSION))).scalar_one()
            if made.version != last + 1:
                raise Conflict(f"the keys in force are already those of version {last}", hint=NOT_THE_NEXT)
            begun = (await connection.execute(MADE)).first()
            if begun is not None:
                if begun.mark != made.mark:
                    raise Conflict(
                        "this change of keys was begun with another key",
                        hint=f"copy home/keys/fingerprint-{made.version}.key from the machine that began it",
                    )
                return True
            if (await connection.execute(select(rekeyed.c.old).limit(1))).first():
                return False
            await connection.execute(insert(key_rotation).values(record_of(made) | {"collected": False}))
            at = made.made_at or EPOCH
            begins = rotation_begun(made.version, by=made.by, at=at, reason=made.reason)
            await record(connection, [begins])
            return True

    async def _collected(self) -> bool:
        async with self._database.read() as connection:
            return bool((await connection.execute(COLLECTED)).scalar())

    async def _collect(self) -> None:
        """What is stored meanwhile is noted by whoever stores it (`stored_as`)."""
        for table in FINGERPRINTED:
            await _to_the_last(partial(self._collect_some, table), "")
        async with self._database.write() as connection:
            await connection.execute(update(key_rotation).values(collected=True))

    async def _collect_some(self, table: Table, after: str) -> str:
        """Another process may have begun to move: what it has moved is not to be moved again."""
        async with self._database.write() as connection:
            if (await connection.execute(COLLECTED)).scalar() is not False:
                return after
            return await collect_page(connection, table, after)


async def _to_the_last(page: Callable[[Place], Awaitable[Place]], first: Place) -> None:
    """`page` is given the last that was seen, and returns the same where none follow."""
    last = first
    while (found := await page(last)) != last:
        last = found
