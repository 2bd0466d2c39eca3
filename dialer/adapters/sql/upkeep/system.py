"""The halt, as all processes see it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.tables import halts, system
from dialer.adapters.sql.upkeep.outbox import SqlOutbox
from dialer.domain.base.halt import Halt
from dialer.domain.base.types import HaltId
from dialer.domain.ledger.entries_admin import halt_changed
from dialer.domain.upkeep import notification
from dialer.ports.halts import HaltState, KnownHalts

IN_FORCE = columns_for(Halt, halts).where(halts.c.ended_at.is_(None)).order_by(halts.c.at, halts.c.id)


class SqlSystem:
    """`dialer.ports.halts.System`."""

    def __init__(self, database: Database, outbox: SqlOutbox) -> None:
        self._database = database
        self._outbox = outbox

    async def halt_state(self) -> HaltState:
        statement = select(system.c.halted, system.c.reason, system.c.by, system.c.at)
        async with self._database.read() as connection:
            return HaltState(*(await connection.execute(statement)).one())

    async def halts(self, ids: Collection[HaltId]) -> KnownHalts:
        ended = select(halts.c.id).where(halts.c.id.in_(ids), halts.c.ended_at.is_not(None))
        async with self._database.read() as connection:
            in_force = tuple(Halt(*row) for row in await connection.execute(IN_FORCE))
            return KnownHalts(in_force, frozenset((await connection.execute(ended)).scalars()))

    async def begin_halt(self, halt: Halt) -> bool:
        async with self._database.write() as connection:
            new = await add_halt(connection, halt)
            if new:
                await self._tell(connection, halted=True, by=halt.by, at=halt.at, reason=halt.reason)
            return new

    async def end_halts(self, ids: Collection[HaltId], *, by: str, at: datetime, reason: str) -> bool:
        async with self._database.write() as connection:
            await _one_after_another(connection)
            over = update(halts).where(halts.c.id.in_(ids), halts.c.ended_at.is_(None))
            await connection.execute(over.values(ended_at=at))
            if (await connection.execute(IN_FORCE.limit(1))).first() is not None:
                return False
            await connection.execute(update(system).values(halted=False, by=by, at=at, reason=reason))
            await self._tell(connection, halted=False, by=by, at=at, reason=reason)
            return True

    async def _tell(
        self, connection: AsyncConnection, *, halted: bool, by: str, at: datetime, reason: str
    ) -> None:
        await self._outbox.put(connection, [notification.halt_changed(halted=halted, by=by, at=at)])
        await record(connection, [halt_changed(halted=halted, by=by, at=at, reason=reason)])


async def add_halt(connection: AsyncConnection, halt: Halt) -> bool:
    """Return whether it was not known; what is to be told of it is the caller's."""
    await _one_after_another(connection)
    made = insert_new(connection, halts).values(record_of(halt)).returning(halts.c.id)
    if (await connection.execute(made)).first() is None:
        return False
    state = {"halted": True, "by": halt.by, "at": halt.at, "reason": halt.reason}
    await connection.execute(update(system).values(state))
    return True


async def _one_after_another(connection: AsyncConnection) -> None:
    """Whoever halts or ends a halt sees what the one before has done; whoever judges or sends, all of it or nothing."""
    await connection.execute(select(system.c.id).with_for_update())
