"""Attempts from the permit to the end, the last calls of each trunk and held voidings, stored.

`unreached`, `number_gone` and `left_unanswered` are the rules of `dialer.domain.calls.outcome` as
conditions on attempts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.dialects import chunks, insert_into, insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import ATTEMPT, Record, attempt_record, names_of, record_of
from dialer.adapters.sql.schema.calls import attempts, held_voidings, live, trunk_rests, trunk_windows
from dialer.adapters.sql.schema.campaigns import campaigns, silence_hours
from dialer.adapters.sql.schema.machine import system
from dialer.adapters.sql.schema.people import contacts, suppressions
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint
from dialer.domain.calls import outcome
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.retry import Made
from dialer.domain.calls.trunk_health import SilentCalls, hour_of
from dialer.domain.campaigns.campaign import CampaignState
from dialer.ports.calls import HeldVoiding
from dialer.ports.records import CallFilter, CallRow


def _cause(causes: AbstractSet[int]) -> sa.ColumnElement[bool]:
    return sa.and_(attempts.c.hangup_cause.is_not(None), attempts.c.hangup_cause.in_(sorted(causes)))


def _sip(codes: AbstractSet[int]) -> sa.ColumnElement[bool]:
    return sa.and_(attempts.c.sip_code.is_not(None), attempts.c.sip_code.in_(sorted(codes)))


# All of these are true or false, never NULL.
_unanswered = sa.and_(attempts.c.state == AttemptState.ENDED, attempts.c.answered_at.is_(None))
_nothing_rang = sa.and_(_unanswered, attempts.c.ringing_at.is_(None))
_by_cause = ~_sip(outcome.SIP_ABOUT_NUMBER | outcome.SIP_ABOUT_TRUNK | outcome.SIP_SILENCE)
"""The cause decides: no answer came, or one that says little."""

unreached = sa.or_(
    attempts.c.state == AttemptState.LAPSED,
    sa.and_(
        _nothing_rang,
        sa.or_(
            _sip(outcome.SIP_ABOUT_NUMBER | outcome.SIP_ABOUT_TRUNK),
            sa.and_(_by_cause, _cause(outcome.CAUSES_ABOUT_NUMBER | outcome.CAUSES_ABOUT_TRUNK)),
        ),
    ),
)
"""The opposite of `domain.calls.outcome.counts`."""
number_gone = sa.and_(
    _unanswered,
    sa.or_(
        sa.and_(_sip(outcome.SIP_ABOUT_NUMBER), ~_cause(outcome.CAUSES_ABOUT_TRUNK)),
        sa.and_(_by_cause, _cause(outcome.CAUSES_ABOUT_NUMBER)),
    ),
)
"""`domain.calls.outcome.end_about` is NUMBER."""
left_unanswered = sa.and_(
    _nothing_rang,
    sa.or_(_sip(outcome.SIP_SILENCE), sa.and_(attempts.c.sip_code.is_(None), _cause(outcome.CAUSES_SILENCE))),
)
"""`domain.calls.outcome.end_about` is SILENCE."""


SILENT = names_of(SilentCalls)
IN_ORDER = (attempts.c.decided_at, attempts.c.id)
CALL = ATTEMPT.add_columns(contacts.c.external_id)


STILL_ALLOWED = (
    sa.exists().where(campaigns.c.id == attempts.c.campaign_id, campaigns.c.state == CampaignState.RUNNING),
    ~sa.exists().where(system.c.halted),
    ~sa.exists().where(
        suppressions.c.fingerprint == attempts.c.fingerprint,
        suppressions.c.removed_at.is_(None),
        sa.or_(suppressions.c.sponsor.is_(None), suppressions.c.sponsor == attempts.c.sponsor),
    ),
)
"""Conditions that may have changed since the permit.

The very statement that moves reads them, so nothing comes in between.
"""


class SqlAttemptRepository(SqlRepository):
    """`dialer.ports.calls.AttemptRepository`."""

    async def add(self, given: Sequence[Attempt]) -> set[AttemptId]:
        if not given:
            return set()
        statement = insert_new(self._connection, attempts).returning(attempts.c.id)
        rows = [attempt_record(attempt) for attempt in given]
        return set((await self._connection.execute(statement, rows)).scalars())

    async def taken(self, fingerprints: Collection[Fingerprint]) -> set[Fingerprint]:
        statement = sa.select(attempts.c.fingerprint).where(attempts.c.fingerprint.in_(fingerprints), live)
        return set((await self._connection.execute(statement)).scalars())

    async def originate(self, attempt_ids: Sequence[AttemptId], *, at: datetime, pbx: str) -> list[AttemptId]:
        moved: set[AttemptId] = set()
        for ids in chunks(attempt_ids):
            statement = (
                sa.update(attempts)
                .where(
                    attempts.c.id.in_(ids),
                    attempts.c.state == AttemptState.PERMITTED,
                    attempts.c.pbx == pbx,
                    attempts.c.expires_at > at,
                    *STILL_ALLOWED,
                )
                .values(state=AttemptState.ORIGINATING, originated_at=at)
                .returning(attempts.c.id)
            )
            moved.update((await self._connection.execute(statement)).scalars())
        return [attempt_id for attempt_id in dict.fromkeys(attempt_ids) if attempt_id in moved]

    async def lock_alive(self, attempt_ids: Iterable[AttemptId]) -> set[AttemptId]:
        # In the order of their ids, so that two commits never wait for each other in a circle.
        alive: set[AttemptId] = set()
        for ids in chunks(sorted(set(attempt_ids))):
            statement = (
                sa.select(attempts.c.id)
                .where(attempts.c.id.in_(ids), live)
                .order_by(attempts.c.id)
                .with_for_update()
            )
            alive.update((await self._connection.execute(statement)).scalars())
        return alive

    async def save(self, moved: Sequence[Attempt]) -> list[Attempt]:
        if not moved:
            return []
        stored = await self._names.to_be({attempt.fingerprint for attempt in moved})
        known = [replace(attempt, fingerprint=stored[attempt.fingerprint]) for attempt in moved]
        rows = [attempt_record(attempt) for attempt in known]
        columns: Record = {name: sa.bindparam(name) for name in rows[0] if name != "id"}
        statement = sa.update(attempts).where(attempts.c.id == sa.bindparam("moved")).values(columns)
        # SQLAlchemy keeps a column's own name for SET, so the id to find has another name.
        await self._connection.execute(statement, [row | {"moved": row["id"]} for row in rows])
        return known

    async def oppose_late(self, late: Sequence[Attempt]) -> None:
        heard = [
            {"call": attempt.id, "opposed_at": attempt.opposed_at, "result": attempt.result}
            for attempt in late
            if attempt.opposed_at is not None
        ]
        if heard:
            first = sa.update(attempts).where(
                attempts.c.id == sa.bindparam("call"), ~live, attempts.c.opposed_at.is_(None)
            )
            columns: Record = {"opposed_at": sa.bindparam("opposed_at"), "result": sa.bindparam("result")}
            await self._connection.execute(first.values(columns), heard)

    async def get(self, attempt_id: AttemptId) -> CallRow:
        found = await _calls(self._connection, CALL.where(attempts.c.id == attempt_id))
        if not found:
            raise NotFound(f"there is no call {attempt_id}")
        return found[0]

    async def get_many(self, attempt_ids: Iterable[AttemptId]) -> dict[AttemptId, Attempt]:
        """Return attempts by id; unknown ids are left out."""
        found: dict[AttemptId, Attempt] = {}
        for ids in chunks(attempt_ids):
            rows = await self._connection.execute(ATTEMPT.where(attempts.c.id.in_(ids)))
            found.update((row.id, Attempt(*row)) for row in rows)
        return found

    async def alive(self, *, pbx: str | None = None, campaign_id: CampaignId | None = None) -> list[Attempt]:
        """Return live attempts in order of decision."""
        statement = ATTEMPT.where(live)
        if pbx is not None:
            statement = statement.where(attempts.c.pbx == pbx)
        if campaign_id is not None:
            statement = statement.where(attempts.c.campaign_id == campaign_id)
        found = [Attempt(*row) for row in await self._connection.execute(statement)]
        # Sorted here, for they are few: SQLite's sort would walk all attempts in order, not the
        # live ones.
        return sorted(found, key=lambda attempt: (attempt.decided_at, attempt.id))

    async def alive_to(self, fingerprints: Iterable[Fingerprint]) -> list[Attempt]:
        found: list[Attempt] = []
        for meant in chunks((await self._names.of(fingerprints)).values()):
            rows = await self._connection.execute(ATTEMPT.where(live, attempts.c.fingerprint.in_(meant)))
            found += (Attempt(*row) for row in rows)
        return found

    async def made(self, contact_ids: Iterable[ContactId]) -> dict[ContactId, Made]:
        """Count the attempts of each contact asked about; one still alive is not counted yet."""
        made = dict.fromkeys(contact_ids, Made())
        for ids in chunks(list(made)):
            statement = (
                sa.select(
                    attempts.c.contact_id,
                    sa.func.count().filter(~unreached, ~left_unanswered),
                    sa.func.count().filter(unreached),
                )
                .where(attempts.c.contact_id.in_(ids), ~live)
                .group_by(attempts.c.contact_id)
            )
            made.update((row[0], Made(row[1], row[2])) for row in await self._connection.execute(statement))
        return made

    async def calls(self, query: CallFilter) -> list[CallRow]:
        statement = CALL.order_by(*IN_ORDER).limit(query.limit)
        if query.campaign_id is not None:
            statement = statement.where(attempts.c.campaign_id == query.campaign_id)
        if query.after is not None:
            cursor = sa.select(*IN_ORDER).where(attempts.c.id == query.after).scalar_subquery()
            statement = statement.where(sa.tuple_(*IN_ORDER) > cursor)
        if query.fingerprint is not None:
            stored = await self._names.of([query.fingerprint])
            statement = statement.where(attempts.c.fingerprint == stored[query.fingerprint])
        return await _calls(self._connection, statement)

    async def silent(self, campaign_id: CampaignId, *, since: datetime) -> SilentCalls:
        sums = (sa.func.coalesce(sa.func.sum(silence_hours.c[name]), 0) for name in SILENT)
        statement = sa.select(*sums).where(
            silence_hours.c.campaign_id == campaign_id, silence_hours.c.hour >= hour_of(since)
        )
        return SilentCalls(*map(int, (await self._connection.execute(statement)).one()))

    async def count_silent(self, counts: Mapping[tuple[CampaignId, datetime], SilentCalls]) -> None:
        statement = insert_into(self._connection, silence_hours)
        more = {name: silence_hours.c[name] + statement.excluded[name] for name in SILENT}
        # Sorted, for rows of hours are locked in one order by all.
        for (campaign_id, hour), calls in sorted(counts.items(), key=lambda item: item[0]):
            added = statement.values(campaign_id=campaign_id, hour=hour, **record_of(calls))
            await self._connection.execute(
                added.on_conflict_do_update(index_elements=["campaign_id", "hour"], set_=more)
            )


async def _calls(connection: AsyncConnection, statement: sa.Select[Any]) -> list[CallRow]:
    rows = await connection.execute(statement)
    return [CallRow(Attempt(*row[:-1]), row.external_id) for row in rows]


class SqlTrunkRepository(SqlRepository):
    """`dialer.ports.calls.TrunkRepository`."""

    async def last_calls(self, trunk: str, *, limit: int) -> list[Attempt]:
        since = sa.select(trunk_windows.c.since).where(trunk_windows.c.trunk == trunk).scalar_subquery()
        heard = (
            attempts.c.state == AttemptState.ENDED,
            attempts.c.ringing_at.is_not(None),
            attempts.c.answered_at.is_not(None),
        )
        statement = (
            ATTEMPT.where(attempts.c.trunk == trunk, sa.or_(*heard))
            .where(attempts.c.decided_at > sa.func.coalesce(since, 0))
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
        statement = sa.select(trunk_rests.c.until).where(trunk_rests.c.trunk == trunk)
        return (await self._connection.execute(statement)).scalar_one_or_none()

    async def look_anew(self, trunk: str, *, since: datetime) -> None:
        window = insert_into(self._connection, trunk_windows).values(trunk=trunk, since=since)
        await self._connection.execute(
            window.on_conflict_do_update(index_elements=["trunk"], set_={"since": since})
        )

    async def hold(self, voidings: Collection[HeldVoiding]) -> None:
        if voidings:
            rows = [record_of(voiding) for voiding in voidings]
            await self._connection.execute(sa.insert(held_voidings), rows)

    async def held_late(self, trunk: str) -> bool:
        return await self._any(_late(trunk))

    async def take_held(self, trunk: str, *, late: bool) -> list[AttemptId]:
        return await self._take(_late(trunk) if late else [held_voidings.c.trunk == trunk])

    async def proved(self, trunk: str, country_code: str, *, before: datetime) -> bool:
        return await self._any(_proved(trunk, country_code, before))

    async def take_proved(self, trunk: str, country_code: str, *, before: datetime) -> list[AttemptId]:
        return await self._take(_proved(trunk, country_code, before))

    async def _any(self, which: Sequence[sa.ColumnElement[bool]]) -> bool:
        statement = sa.select(held_voidings.c.attempt_id).where(*which).limit(1)
        return (await self._connection.execute(statement)).first() is not None

    async def _take(self, which: Sequence[sa.ColumnElement[bool]]) -> list[AttemptId]:
        gone = sa.delete(held_voidings).where(*which).returning(held_voidings.c.attempt_id)
        return list((await self._connection.execute(gone)).scalars())


def _late(trunk: str) -> list[sa.ColumnElement[bool]]:
    since = sa.select(trunk_windows.c.since).where(trunk_windows.c.trunk == trunk).scalar_subquery()
    decided = sa.select(attempts.c.id).where(
        attempts.c.id == held_voidings.c.attempt_id, attempts.c.decided_at <= since
    )
    return [held_voidings.c.trunk == trunk, decided.exists()]


def _proved(trunk: str, country_code: str, before: datetime) -> list[sa.ColumnElement[bool]]:
    late = sa.select(held_voidings.c.attempt_id).where(*_late(trunk))
    return [
        held_voidings.c.trunk == trunk,
        held_voidings.c.country_code == country_code,
        held_voidings.c.ended_at <= before,
        held_voidings.c.attempt_id.not_in(late),
    ]
