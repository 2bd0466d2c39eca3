"""The versions of the fingerprint keys."""

from sqlalchemy import insert, select, update

from dialer.adapters.sql.columns import EPOCH
from dialer.adapters.sql.dialects import sole_writer
from dialer.adapters.sql.engine import Database
from dialer.adapters.sql.key_tables import LAST_VERSION, fingerprint_keys
from dialer.adapters.sql.ledger_pending import record
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.rekeying import rekey
from dialer.domain.errors import Conflict
from dialer.domain.ledger.of_upkeep import keys_rotated
from dialer.ports.keys import KeyVersion, Rekeying

VERSION = columns_for(KeyVersion, fingerprint_keys).order_by(fingerprint_keys.c.version)


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

    async def rotate(self, made: KeyVersion, rekeying: Rekeying) -> int:
        async with self._database.write() as connection:
            await sole_writer(connection)
            last = (await connection.execute(select(LAST_VERSION))).scalar_one()
            if made.version != last + 1:
                raise Conflict(
                    f"the keys in force are already those of version {last}", hint="see `dialer keys list`"
                )
            count = await rekey(connection, rekeying)
            await connection.execute(insert(fingerprint_keys).values(record_of(made)))
            at = made.made_at or EPOCH
            told = keys_rotated(made.version, by=made.by, at=at, reason=made.reason, numbers=count)
            await record(connection, [told])
        self._database.pin(made.version)
        return count
