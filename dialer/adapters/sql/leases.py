"""PBX leases, timed and told apart by the database alone."""

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.dialects import insert_into, seconds_now
from dialer.adapters.sql.engine import Database
from dialer.adapters.sql.lease_tables import pbx_leases
from dialer.ports.leases import Driver


class SqlLeases:
    """`dialer.ports.leases.Leases`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, driver: Driver, *, seconds: float) -> bool:
        async with self._database.write() as connection:
            now = seconds_now(connection)
            lease = {"holder": driver.holder, "until": now + seconds}
            taken = (
                insert_into(connection, pbx_leases)
                .values(lease | {"pbx": driver.pbx})
                .on_conflict_do_update(
                    index_elements=[pbx_leases.c.pbx],
                    set_=lease,
                    where=or_(pbx_leases.c.holder == driver.holder, pbx_leases.c.until <= now),
                )
                .returning(pbx_leases.c.pbx)
            )
            return (await connection.execute(taken)).first() is not None

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
