"""Halts, and the state of the machine as all processes see it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.tables import halts, system
from dialer.domain.base.halt import Halt
from dialer.domain.base.types import HaltId
from dialer.ports.pbx.halts import HaltState, KnownHalts

IN_FORCE = columns_for(Halt, halts).where(halts.c.ended_at.is_(None)).order_by(halts.c.at, halts.c.id)


class SqlHaltRepository(SqlRepository):
    """`dialer.ports.pbx.halts.HaltRepository`."""

    async def lock(self) -> None:
        # FOR UPDATE of the one row: claims share it (`halted`), so each sees a halt whole or not.
        await self._connection.execute(select(system.c.id).with_for_update())

    async def state(self) -> HaltState:
        statement = select(system.c.halted, system.c.reason, system.c.by, system.c.at)
        return HaltState(*(await self._connection.execute(statement)).one())

    async def halted(self, *, lock: bool = False) -> bool:
        halted = select(system.c.halted)
        if lock:
            halted = halted.with_for_update(read=True)
        return bool((await self._connection.execute(halted)).scalar_one())

    async def set_state(self, state: HaltState) -> None:
        await self._connection.execute(update(system).values(record_of(state)))

    async def known(self, ids: Collection[HaltId]) -> KnownHalts:
        ended = select(halts.c.id).where(halts.c.id.in_(ids), halts.c.ended_at.is_not(None))
        in_force = tuple(Halt(*row) for row in await self._connection.execute(IN_FORCE))
        return KnownHalts(in_force, frozenset((await self._connection.execute(ended)).scalars()))

    async def add(self, halt: Halt) -> bool:
        made = insert_new(self._connection, halts).values(record_of(halt)).returning(halts.c.id)
        return (await self._connection.execute(made)).first() is not None

    async def end(self, ids: Collection[HaltId], *, at: datetime) -> None:
        over = update(halts).where(halts.c.id.in_(ids), halts.c.ended_at.is_(None))
        await self._connection.execute(over.values(ended_at=at))

    async def any_in_force(self) -> bool:
        return (await self._connection.execute(IN_FORCE.limit(1))).first() is not None
