"""PBX leases. Time is not looked at here: see `dialer.ports.leases`."""

from collections import Counter
from collections.abc import Sequence
from secrets import randbits
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.schema.lease_tables import pbx_leases
from dialer.ports.leases import Driver, Heartbeat

LEASES = select(pbx_leases).order_by(pbx_leases.c.pbx)
HEARTBEAT = (pbx_leases.c.holder, pbx_leases.c.heartbeats)


class SqlLeases:
    """`dialer.ports.leases.Leases`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, driver: Driver, *, silent: Heartbeat | None = None) -> Heartbeat:
        while True:
            async with self._database.write() as connection:
                # All of them, in one order: who has how many decides who yields.
                rows = (await connection.execute(LEASES.with_for_update())).all()
                row = next((row for row in rows if row.pbx == driver.pbx), None)
                if row is not None:
                    return await _ask(connection, row, _next_holder(row, rows, driver, silent), driver)
                if begun := await _begin(connection, driver):
                    return begun
            # Somebody else began in this very moment.

    async def heartbeats(self) -> dict[str, Heartbeat]:
        async with self._database.read() as connection:
            rows = await connection.execute(LEASES)
            return {row.pbx: Heartbeat(row.holder, row.heartbeats) for row in rows}

    async def give_up(self, driver: Driver) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                delete(pbx_leases).where(pbx_leases.c.pbx == driver.pbx, pbx_leases.c.holder == driver.holder)
            )


async def drives(connection: AsyncConnection, driver: Driver) -> bool:
    """Whether the lease is the driver's; then nobody else can take it before this transaction ends."""
    held = select(pbx_leases.c.pbx).where(
        pbx_leases.c.pbx == driver.pbx, pbx_leases.c.holder == driver.holder
    )
    return (await connection.execute(held.with_for_update(read=True))).first() is not None


async def _begin(connection: AsyncConnection, driver: Driver) -> Heartbeat | None:
    """None where somebody else began first. The count begins anywhere, so that a lease taken anew never looks like the one before it."""
    lease = {"pbx": driver.pbx, "holder": driver.holder, "heartbeats": randbits(32)}
    began = insert_new(connection, pbx_leases).values(lease).returning(*HEARTBEAT)
    row = (await connection.execute(began)).first()
    return Heartbeat(*row) if row else None


async def _ask(connection: AsyncConnection, row: Row[Any], holder: str | None, driver: Driver) -> Heartbeat:
    """Give the lease to `holder`; where that is None it stays as it is, and `driver` has asked in vain."""
    change = (
        {"wanted_by": driver.holder}
        if holder is None
        else {"holder": holder, "heartbeats": row.heartbeats + 1, "wanted_by": None}
    )
    changed = update(pbx_leases).where(pbx_leases.c.pbx == driver.pbx).values(change)
    return Heartbeat(*(await connection.execute(changed.returning(*HEARTBEAT))).one())


def _next_holder(
    row: Row[Any], rows: Sequence[Row[Any]], driver: Driver, silent: Heartbeat | None
) -> str | None:
    """Whose the lease is now that `driver` asks for it; None: it stays another's."""
    if row.holder != driver.holder:
        return driver.holder if silent == Heartbeat(row.holder, row.heartbeats) else None
    held = Counter(other.holder for other in rows)
    if row.wanted_by is not None and held[row.holder] >= held[row.wanted_by] + 2:
        return str(row.wanted_by)
    return driver.holder
