"""PBX leases, timed and told apart by the database alone."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.dialects import insert_new, seconds_now
from dialer.adapters.sql.engine import Database
from dialer.adapters.sql.lease_tables import pbx_leases
from dialer.adapters.sql.records import Record
from dialer.ports.leases import Driver

LEASES = select(pbx_leases).order_by(pbx_leases.c.pbx)


class SqlLeases:
    """`dialer.ports.leases.Leases`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, driver: Driver, *, seconds: float) -> bool:
        async with self._database.write() as connection:
            # All of them, in one order: who has how many decides who yields.
            rows = (await connection.execute(LEASES.with_for_update())).all()
            now = (await connection.execute(select(seconds_now(connection)))).scalar_one()
            row = next((row for row in rows if row.pbx == driver.pbx), None)
            if row is None:
                return await _begin(connection, driver, now + seconds)
            change = _next(row, rows, driver, now, seconds)
            await connection.execute(update(pbx_leases).where(pbx_leases.c.pbx == driver.pbx).values(change))
            return bool(change.get("holder") == driver.holder)

    async def give_up(self, driver: Driver) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                delete(pbx_leases).where(pbx_leases.c.pbx == driver.pbx, pbx_leases.c.holder == driver.holder)
            )


async def drives(connection: AsyncConnection, driver: Driver) -> bool:
    """Whether the lease is the driver's; then nobody else can take it before this transaction ends."""
    held = select(pbx_leases.c.pbx).where(
        pbx_leases.c.pbx == driver.pbx,
        pbx_leases.c.holder == driver.holder,
        pbx_leases.c.until > seconds_now(connection),
    )
    return (await connection.execute(held.with_for_update(read=True))).first() is not None


async def _begin(connection: AsyncConnection, driver: Driver, until: float) -> bool:
    """False where somebody else began in this very moment."""
    lease = {"pbx": driver.pbx, "holder": driver.holder, "until": until}
    began = insert_new(connection, pbx_leases).values(lease).returning(pbx_leases.c.pbx)
    return (await connection.execute(began)).first() is not None


def _next(row: Row[Any], rows: Sequence[Row[Any]], driver: Driver, now: float, seconds: float) -> Record:
    """What the lease becomes when `driver` asks for it."""
    mine = {"holder": driver.holder, "until": now + seconds}
    if row.holder != driver.holder:
        wish = {"wanted_by": driver.holder, "wanted_until": now + seconds}
        return mine | {"wanted_by": None} if row.until <= now else wish
    held = Counter(other.holder for other in rows if other.until > now)
    wanted = row.wanted_by is not None and row.wanted_until > now
    if wanted and held[row.holder] >= held[row.wanted_by] + 2:
        return {"holder": row.wanted_by, "until": now + seconds, "wanted_by": None}
    return mine
