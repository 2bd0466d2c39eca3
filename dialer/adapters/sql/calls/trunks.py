"""How the calls of a trunk ended, and the voidings that wait for it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.campaigns.contact_changes import change_contacts, changed_record
from dialer.adapters.sql.consent.consents import append_consents
from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import await_turn, insert_into
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.records import ATTEMPT
from dialer.adapters.sql.schema.tables import attempts, contacts
from dialer.adapters.sql.schema.trunk_tables import held_voidings, trunk_rests, trunk_windows
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.retry import NUMBER_GONE, Due
from dialer.domain.consent.consent import NETWORK, ConsentWithdrawn
from dialer.domain.consent.contact import ContactState

BY_THE_CALL = "call"
"""Who took a withdrawal down that the call itself brought: nobody has the number."""


class SqlTrunks:
    """`dialer.ports.trunks.Trunks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last_calls(self, trunk: str, *, limit: int) -> list[Attempt]:
        since = select(trunk_windows.c.since).where(trunk_windows.c.trunk == trunk).scalar_subquery()
        heard = (
            attempts.c.state == AttemptState.ENDED,
            attempts.c.ringing_at.is_not(None),
            attempts.c.answered_at.is_not(None),
        )
        statement = (
            ATTEMPT.where(attempts.c.trunk == trunk, or_(*heard))
            .where(attempts.c.decided_at > func.coalesce(since, 0))
            .order_by(attempts.c.decided_at.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [Attempt(*row) for row in await connection.execute(statement)]

    async def rest(self, trunk: str, until: datetime) -> None:
        async with self._database.write() as connection:
            asked = insert_into(connection, trunk_rests).values(trunk=trunk, until=until)
            longer = asked.on_conflict_do_update(
                index_elements=["trunk"], set_={"until": until}, where=trunk_rests.c.until < until
            )
            await connection.execute(longer)

    async def rests_until(self, trunk: str) -> datetime | None:
        statement = select(trunk_rests.c.until).where(trunk_rests.c.trunk == trunk)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one_or_none()

    async def fail(self, trunk: str, *, at: datetime) -> int:
        async with self._database.write() as connection:
            window = insert_into(connection, trunk_windows).values(trunk=trunk, since=at)
            await connection.execute(
                window.on_conflict_do_update(index_elements=["trunk"], set_={"since": at})
            )
            return await _release(connection, [held_voidings.c.trunk == trunk], at)

    async def release(self, trunk: str, *, at: datetime) -> int:
        late = _held_before_window(trunk)
        async with self._database.read() as connection:
            if (
                await connection.execute(select(held_voidings.c.attempt_id).where(*late).limit(1))
            ).first() is None:
                return 0
        async with self._database.write() as connection:
            return await _release(connection, late, at)

    async def reached(self, trunk: str, country_code: str, *, before: datetime, at: datetime) -> int:
        waiting = (
            held_voidings.c.trunk == trunk,
            held_voidings.c.country_code == country_code,
            held_voidings.c.ended_at <= before,
            held_voidings.c.attempt_id.not_in(
                select(held_voidings.c.attempt_id).where(*_held_before_window(trunk))
            ),
        )
        async with self._database.read() as connection:
            if (
                await connection.execute(select(held_voidings.c.attempt_id).where(*waiting).limit(1))
            ).first() is None:
                return 0
        async with self._database.write() as connection:
            proved = delete(held_voidings).where(*waiting).returning(held_voidings.c.attempt_id)
            ids = (await connection.execute(proved)).scalars().all()
            void: list[ConsentWithdrawn] = []
            for some in chunks(ids):
                rows = select(attempts.c.fingerprint, attempts.c.ended_at).where(attempts.c.id.in_(some))
                void += (
                    ConsentWithdrawn(row.fingerprint, None, NETWORK, row.ended_at, at)
                    for row in await connection.execute(rows)
                )
            await await_turn(connection, {event.fingerprint for event in void})
            await append_consents(connection, void, by=BY_THE_CALL)
            return len(ids)


def _held_before_window(trunk: str) -> list[ColumnElement[bool]]:
    since = select(trunk_windows.c.since).where(trunk_windows.c.trunk == trunk).scalar_subquery()
    decided = select(attempts.c.id).where(
        attempts.c.id == held_voidings.c.attempt_id, attempts.c.decided_at <= since
    )
    return [held_voidings.c.trunk == trunk, decided.exists()]


async def _release(connection: AsyncConnection, held: Sequence[ColumnElement[bool]], at: datetime) -> int:
    """End no consent for these; their contacts are due again."""
    gone = delete(held_voidings).where(*held).returning(held_voidings.c.attempt_id)
    ids = (await connection.execute(gone)).scalars().all()
    for some in chunks(ids):
        closed = (
            select(attempts.c.contact_id)
            .join_from(attempts, contacts)
            .where(
                attempts.c.id.in_(some),
                contacts.c.state == ContactState.CLOSED,
                contacts.c.closed_reason == NUMBER_GONE,
                contacts.c.erased_at.is_(None),
            )
        )
        found = (await connection.execute(closed)).scalars().all()
        await change_contacts(connection, [changed_record(contact, Due(at)) for contact in found])
    return len(ids)
