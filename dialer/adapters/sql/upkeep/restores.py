"""Restorations from backups, and the calls that they brought back from the journal."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.ledger.ledger_pending import record_first
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.lease_tables import pbx_leases
from dialer.adapters.sql.schema.restore_tables import past_calls, restores
from dialer.adapters.sql.schema.tables import attempts
from dialer.adapters.sql.upkeep.system import add_halt
from dialer.domain.base.halt import Halt
from dialer.domain.base.types import Fingerprint
from dialer.domain.decision.facts import PastAttempt
from dialer.domain.ledger.entries_admin import halt_changed
from dialer.domain.ledger.entries_upkeep import Gap, restored
from dialer.ports.restores import DatabaseRestore, PastCall

RESTORATION = columns_for(DatabaseRestore, restores)
LAST = select(func.max(restores.c.id)).scalar_subquery()


class SqlRestores:
    """`dialer.ports.restores.Restores`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, gap: Gap, halt: Halt) -> None:
        by, at, reason = halt.by, halt.at, halt.reason
        row = {"taken_at": gap.taken_at, "restored_at": at, "by": by, "read_back": {}, "ended_at": None}
        async with self._database.write() as connection:
            await add_halt(connection, halt)
            await connection.execute(insert(restores).values(row))
            await connection.execute(delete(pbx_leases))
            halted = halt_changed(halted=True, by=by, at=at, reason=reason)
            await record_first(connection, [restored(gap, by=by, at=at), halted])

    async def last(self) -> DatabaseRestore | None:
        async with self._database.read() as connection:
            row = (await connection.execute(RESTORATION.where(restores.c.id == LAST))).first()
            return DatabaseRestore(*row) if row else None

    async def add_calls(self, calls: Sequence[PastCall]) -> int:
        added = 0
        async with self._database.write() as connection:
            for some in chunks(calls):
                ids = [call.attempt_id for call in some]
                found = await connection.execute(select(attempts.c.id).where(attempts.c.id.in_(ids)))
                known = set(found.scalars())
                unknown = [record_of(call) for call in some if call.attempt_id not in known]
                if unknown:
                    statement = insert_new(connection, past_calls).returning(past_calls.c.attempt_id)
                    added += len((await connection.execute(statement, unknown)).all())
        return added

    async def note_read_back(self, pbx: str, *, oppositions: int) -> None:
        async with self._database.write() as connection:
            mine = select(restores.c.read_back).where(restores.c.id == LAST).with_for_update()
            before = (await connection.execute(mine)).scalar_one()
            after = before | {pbx: oppositions}
            await connection.execute(update(restores).where(restores.c.id == LAST).values(read_back=after))

    async def end(self, *, at: datetime) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(restores).where(restores.c.id == LAST).values(ended_at=at))


async def past_calls_of(
    connection: AsyncConnection, sponsor: str, fingerprints: Sequence[Fingerprint] | Select[Any]
) -> defaultdict[Fingerprint, list[PastAttempt]]:
    """As attempts that count, and delivered: for what is not known of them, nobody is called again by the same campaign."""
    found: defaultdict[Fingerprint, list[PastAttempt]] = defaultdict(list)
    theirs = or_(past_calls.c.sponsor == sponsor, past_calls.c.sponsor.is_(None))
    mine = select(past_calls).where(past_calls.c.fingerprint.in_(fingerprints), theirs)
    for row in await connection.execute(mine.order_by(past_calls.c.at, past_calls.c.attempt_id)):
        past = PastAttempt(row.campaign_id, row.at, counts=True, delivered=True, alive=False)
        found[row.fingerprint].append(past)
    return found
