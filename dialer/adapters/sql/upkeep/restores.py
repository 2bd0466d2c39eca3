"""Restorations from backups, and the calls that they brought back from the journal."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.restore_tables import past_calls, restores
from dialer.adapters.sql.schema.tables import attempts
from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.past_attempts import recalled_attempt
from dialer.domain.decision.facts import PastAttempt
from dialer.ports.upkeep.restores import DatabaseRestore, PastCall

RESTORATION = columns_for(DatabaseRestore, restores)
LAST = select(func.max(restores.c.id)).scalar_subquery()


class SqlRestoreRepository(SqlRepository):
    """`dialer.ports.upkeep.restores.RestoreRepository`."""

    async def add(self, restoration: DatabaseRestore) -> None:
        await self._connection.execute(insert(restores).values(record_of(restoration)))

    async def last(self) -> DatabaseRestore | None:
        row = (await self._connection.execute(RESTORATION.where(restores.c.id == LAST))).first()
        return DatabaseRestore(*row) if row else None

    async def add_calls(self, calls: Sequence[PastCall]) -> int:
        added = 0
        for some in chunks(calls):
            ids = [call.attempt_id for call in some]
            found = await self._connection.execute(select(attempts.c.id).where(attempts.c.id.in_(ids)))
            known = set(found.scalars())
            unknown = [record_of(call) for call in some if call.attempt_id not in known]
            if unknown:
                statement = insert_new(self._connection, past_calls).returning(past_calls.c.attempt_id)
                added += len((await self._connection.execute(statement, unknown)).all())
        return added

    async def note_read_back(self, pbx: str, *, oppositions: int) -> None:
        mine = select(restores.c.read_back).where(restores.c.id == LAST).with_for_update()
        before = (await self._connection.execute(mine)).scalar_one()
        after = before | {pbx: oppositions}
        await self._connection.execute(update(restores).where(restores.c.id == LAST).values(read_back=after))

    async def end(self, *, at: datetime) -> None:
        await self._connection.execute(update(restores).where(restores.c.id == LAST).values(ended_at=at))


async def past_calls_of(
    connection: AsyncConnection, sponsor: str, fingerprints: Sequence[Fingerprint] | Select[Any]
) -> defaultdict[Fingerprint, list[PastAttempt]]:
    """Return them by number. `fingerprints` may be a query for them."""
    found: defaultdict[Fingerprint, list[PastAttempt]] = defaultdict(list)
    theirs = or_(past_calls.c.sponsor == sponsor, past_calls.c.sponsor.is_(None))
    mine = select(past_calls).where(past_calls.c.fingerprint.in_(fingerprints), theirs)
    for row in await connection.execute(mine.order_by(past_calls.c.at, past_calls.c.attempt_id)):
        found[row.fingerprint].append(recalled_attempt(row.campaign_id, row.at))
    return found
