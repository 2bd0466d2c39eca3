"""PBX leases. Time is not looked at here: see `dialer.ports.pbx.leases`."""

from secrets import randbits

from sqlalchemy import delete, select, update

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import Record
from dialer.adapters.sql.schema.lease_tables import pbx_leases
from dialer.ports.pbx.leases import Driver, Heartbeat, HeldLease

LEASES = select(pbx_leases).order_by(pbx_leases.c.pbx)
HEARTBEAT = (pbx_leases.c.holder, pbx_leases.c.heartbeats)


class SqlLeaseRepository(SqlRepository):
    """`dialer.ports.pbx.leases.LeaseRepository`."""

    async def lock_all(self) -> dict[str, HeldLease]:
        # FOR UPDATE in the order of PBXs: no two processes wait for each other.
        rows = await self._connection.execute(LEASES.with_for_update())
        return {row.pbx: HeldLease(Heartbeat(row.holder, row.heartbeats), row.wanted_by) for row in rows}

    async def begin(self, driver: Driver) -> Heartbeat | None:
        lease = {"pbx": driver.pbx, "holder": driver.holder, "heartbeats": randbits(32)}
        began = insert_new(self._connection, pbx_leases).values(lease).returning(*HEARTBEAT)
        row = (await self._connection.execute(began)).first()
        return Heartbeat(*row) if row else None

    async def hand(self, pbx: str, holder: str) -> Heartbeat:
        more = pbx_leases.c.heartbeats + 1
        return await self._change(pbx, {"holder": holder, "heartbeats": more, "wanted_by": None})

    async def want(self, driver: Driver) -> Heartbeat:
        return await self._change(driver.pbx, {"wanted_by": driver.holder})

    async def drives(self, driver: Driver) -> bool:
        held = select(pbx_leases.c.pbx).where(
            pbx_leases.c.pbx == driver.pbx, pbx_leases.c.holder == driver.holder
        )
        # FOR SHARE: no other process takes it before this transaction ends.
        return (await self._connection.execute(held.with_for_update(read=True))).first() is not None

    async def heartbeats(self) -> dict[str, Heartbeat]:
        rows = await self._connection.execute(LEASES)
        return {row.pbx: Heartbeat(row.holder, row.heartbeats) for row in rows}

    async def give_up(self, driver: Driver) -> None:
        await self._connection.execute(
            delete(pbx_leases).where(pbx_leases.c.pbx == driver.pbx, pbx_leases.c.holder == driver.holder)
        )

    async def clear(self) -> None:
        await self._connection.execute(delete(pbx_leases))

    async def _change(self, pbx: str, values: Record) -> Heartbeat:
        changed = update(pbx_leases).where(pbx_leases.c.pbx == pbx).values(values)
        return Heartbeat(*(await self._connection.execute(changed.returning(*HEARTBEAT))).one())
