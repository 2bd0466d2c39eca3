"""Ends of consents that answers of a trunk brought, to be undone when the trunk was at fault."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, insert, select

from dialer.adapters.sql.calls.ends import number_gone
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import record_of
from dialer.adapters.sql.schema.tables import attempts, consents
from dialer.adapters.sql.schema.voiding_tables import undone_voidings
from dialer.domain.consent.consent import NETWORK, ConsentReinstated, ConsentWithdrawn
from dialer.ports.calls.trunks import StoredVoiding


class SqlVoidingRepository(SqlRepository):
    """`dialer.ports.calls.trunks.VoidingRepository`."""

    async def page(self, trunk: str, *, since: datetime, until: datetime, limit: int) -> list[StoredVoiding]:
        # The row says when the call ended that brought it.
        brought = and_(
            attempts.c.fingerprint == consents.c.fingerprint,
            attempts.c.ended_at == consents.c.at,
            attempts.c.trunk == trunk,
            attempts.c.ended_at.between(since, until),
            number_gone,
        )
        columns = (consents.c.id, attempts.c.contact_id, consents.c.fingerprint)
        statement = (
            select(*columns, consents.c.channel, consents.c.at, consents.c.recorded_at)
            .join_from(attempts, consents, brought)
            .where(consents.c.withdrawn, consents.c.sponsor.is_(None), consents.c.channel == NETWORK)
            .order_by(consents.c.id)
            .limit(limit)
        )
        return [
            StoredVoiding(
                row.id,
                row.contact_id,
                ConsentWithdrawn(row.fingerprint, None, row.channel, row.at, row.recorded_at),
            )
            for row in await self._connection.execute(statement)
        ]

    async def undo(self, undone: Sequence[tuple[StoredVoiding, ConsentReinstated]]) -> None:
        # Two calls may have brought one row.
        moved = {
            voiding.id: record_of(restoration)
            | {
                "id": voiding.id,
                "channel": voiding.withdrawal.channel,
                "at": voiding.withdrawal.withdrawn_at,
                "recorded_at": voiding.withdrawal.recorded_at,
            }
            for voiding, restoration in undone
        }
        await self._connection.execute(insert(undone_voidings), list(moved.values()))
        await self._connection.execute(delete(consents).where(consents.c.id.in_(moved)))
