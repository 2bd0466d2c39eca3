"""The halt, as all processes see it."""

from datetime import datetime

from sqlalchemy import select, update

from dialer.adapters.sql.engine import Database
from dialer.adapters.sql.ledger_pending import record
from dialer.adapters.sql.outbox import SqlOutbox
from dialer.adapters.sql.tables import system
from dialer.domain import notification
from dialer.domain.ledger.of_acts import halt_changed
from dialer.ports.records import HaltState


class SqlSystem:
    """`dialer.ports.store.System`."""

    def __init__(self, database: Database, outbox: SqlOutbox) -> None:
        self._database = database
        self._outbox = outbox

    async def halt_state(self) -> HaltState:
        statement = select(system.c.halted, system.c.reason, system.c.by, system.c.at)
        async with self._database.read() as connection:
            return HaltState(*(await connection.execute(statement)).one())

    async def set_halt(self, *, halted: bool, by: str, at: datetime, reason: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(system).values(halted=halted, by=by, at=at, reason=reason))
            await self._outbox.put(connection, [notification.halt_changed(halted=halted, by=by, at=at)])
            await record(connection, [halt_changed(halted=halted, by=by, at=at, reason=reason)])
