"""The ends of a trunk's calls, and the voidings that wait for it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, or_, select

from dialer.adapters.sql.db.dialects import insert_into
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import ATTEMPT, record_of
from dialer.adapters.sql.schema.tables import attempts
from dialer.adapters.sql.schema.trunk_tables import held_voidings, trunk_rests, trunk_windows
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.ports.calls.trunks import HeldVoiding


class SqlTrunkRepository(SqlRepository):
    """`dialer.ports.calls.trunks.TrunkRepository`."""

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
        return [Attempt(*row) for row in await self._connection.execute(statement)]

    async def rest(self, trunk: str, until: datetime) -> None:
        asked = insert_into(self._connection, trunk_rests).values(trunk=trunk, until=until)
        longer = asked.on_conflict_do_update(
            index_elements=["trunk"], set_={"until": until}, where=trunk_rests.c.until < until
        )
        await self._connection.execute(longer)

    async def rests_until(self, trunk: str) -> datetime | None:
        statement = select(trunk_rests.c.until).where(trunk_rests.c.trunk == trunk)
        return (await self._connection.execute(statement)).scalar_one_or_none()

    async def look_anew(self, trunk: str, *, since: datetime) -> None:
        window = insert_into(self._connection, trunk_windows).values(trunk=trunk, since=since)
        await self._connection.execute(
            window.on_conflict_do_update(index_elements=["trunk"], set_={"since": since})
        )

    async def hold(self, voidings: Collection[HeldVoiding]) -> None:
        if voidings:
            rows = [record_of(voiding) for voiding in voidings]
            await self._connection.execute(insert(held_voidings), rows)

    async def held_late(self, trunk: str) -> bool:
        return await self._any(_late(trunk))

    async def take_held(self, trunk: str, *, late: bool) -> list[AttemptId]:
        return await self._take(_late(trunk) if late else [held_voidings.c.trunk == trunk])

    async def proved(self, trunk: str, country_code: str, *, before: datetime) -> bool:
        return await self._any(_proved(trunk, country_code, before))

    async def take_proved(self, trunk: str, country_code: str, *, before: datetime) -> list[AttemptId]:
        return await self._take(_proved(trunk, country_code, before))

    async def _any(self, which: Sequence[ColumnElement[bool]]) -> bool:
        statement = select(held_voidings.c.attempt_id).where(*which).limit(1)
        return (await self._connection.execute(statement)).first() is not None

    async def _take(self, which: Sequence[ColumnElement[bool]]) -> list[AttemptId]:
        gone = delete(held_voidings).where(*which).returning(held_voidings.c.attempt_id)
        return list((await self._connection.execute(gone)).scalars())


def _late(trunk: str) -> list[ColumnElement[bool]]:
    since = select(trunk_windows.c.since).where(trunk_windows.c.trunk == trunk).scalar_subquery()
    decided = select(attempts.c.id).where(
        attempts.c.id == held_voidings.c.attempt_id, attempts.c.decided_at <= since
    )
    return [held_voidings.c.trunk == trunk, decided.exists()]


def _proved(trunk: str, country_code: str, before: datetime) -> list[ColumnElement[bool]]:
    late = select(held_voidings.c.attempt_id).where(*_late(trunk))
    return [
        held_voidings.c.trunk == trunk,
        held_voidings.c.country_code == country_code,
        held_voidings.c.ended_at <= before,
        held_voidings.c.attempt_id.not_in(late),
    ]
