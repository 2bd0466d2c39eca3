"""Leases of PBXs, halts, and the state of the machine as all processes see it, stored.

Time is not looked at here: see `dialer.ports.pbx`.
"""

from collections.abc import Collection
from datetime import datetime
from secrets import randbits

import sqlalchemy as sa

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import Record, columns_for, record_of
from dialer.adapters.sql.schema.calls import pbx_leases
from dialer.adapters.sql.schema.machine import halts, system
from dialer.domain.base.halt import Halt
from dialer.domain.base.types import HaltId
from dialer.ports.pbx import Driver, HaltState, Heartbeat, HeldLease, KnownHalts

IN_FORCE = columns_for(Halt, halts).where(halts.c.ended_at.is_(None)).order_by(halts.c.at, halts.c.id)


class SqlHaltRepository(SqlRepository):
    """`dialer.ports.pbx.HaltRepository`."""

    async def lock(self) -> None:
        # FOR UPDATE of the one row: claims share it (`halted`), so each sees a halt whole or not.
        await self._connection.execute(sa.select(system.c.id).with_for_update())

    async def state(self) -> HaltState:
        statement = sa.select(system.c.halted, system.c.reason, system.c.by, system.c.at)
        return HaltState(*(await self._connection.execute(statement)).one())

    async def halted(self, *, lock: bool = False) -> bool:
        halted = sa.select(system.c.halted)
        if lock:
            halted = halted.with_for_update(read=True)
        return bool((await self._connection.execute(halted)).scalar_one())

    async def set_state(self, state: HaltState) -> None:
        await self._connection.execute(sa.update(system).values(record_of(state)))

    async def known(self, ids: Collection[HaltId]) -> KnownHalts:
        ended = sa.select(halts.c.id).where(halts.c.id.in_(ids), halts.c.ended_at.is_not(None))
        in_force = tuple(Halt(*row) for row in await self._connection.execute(IN_FORCE))
        return KnownHalts(in_force, frozenset((await self._connection.execute(ended)).scalars()))

    async def add(self, halt: Halt) -> bool:
        made = insert_new(self._connection, halts).values(record_of(halt)).returning(halts.c.id)
        return (await self._connection.execute(made)).first() is not None

    async def end(self, ids: Collection[HaltId], *, at: datetime) -> None:
        over = sa.update(halts).where(halts.c.id.in_(ids), halts.c.ended_at.is_(None))
        await self._connection.execute(over.values(ended_at=at))

    async def any_in_force(self) -> bool:
        return (await self._connection.execute(IN_FORCE.limit(1))).first() is not None


LEASES = sa.select(pbx_leases).order_by(pbx_leases.c.pbx)
HEARTBEAT = (pbx_leases.c.holder, pbx_leases.c.heartbeats)


class SqlLeaseRepository(SqlRepository):
    """`dialer.ports.pbx.LeaseRepository`."""

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
        held = sa.select(pbx_leases.c.pbx).where(
            pbx_leases.c.pbx == driver.pbx, pbx_leases.c.holder == driver.holder
        )
        # FOR SHARE: no other process takes it before this transaction ends.
        return (await self._connection.execute(held.with_for_update(read=True))).first() is not None

    async def heartbeats(self) -> dict[str, Heartbeat]:
        rows = await self._connection.execute(LEASES)
        return {row.pbx: Heartbeat(row.holder, row.heartbeats) for row in rows}

    async def give_up(self, driver: Driver) -> None:
        await self._connection.execute(
            sa.delete(pbx_leases).where(pbx_leases.c.pbx == driver.pbx, pbx_leases.c.holder == driver.holder)
        )

    async def clear(self) -> None:
        await self._connection.execute(sa.delete(pbx_leases))

    async def _change(self, pbx: str, values: Record) -> Heartbeat:
        changed = sa.update(pbx_leases).where(pbx_leases.c.pbx == pbx).values(values)
        return Heartbeat(*(await self._connection.execute(changed.returning(*HEARTBEAT))).one())
