"""Attempts, from the permit to the end."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls.claim import Claim
from dialer.adapters.sql.calls.ends import left_unanswered, unreached
from dialer.adapters.sql.calls.leases import drives
from dialer.adapters.sql.calls.progressions import commit_progressions
from dialer.adapters.sql.calls.silences import silent_calls
from dialer.adapters.sql.calls.standing import standing_of
from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.db.stored_as import stored_as, under_rotation
from dialer.adapters.sql.records import ATTEMPT
from dialer.adapters.sql.schema.tables import attempts, campaigns, contacts, live, suppressions, system
from dialer.adapters.sql.upkeep.outbox import SqlOutbox
from dialer.domain.base.errors import NotFound, NotNow
from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint
from dialer.domain.calls.abandonment import SilentCalls
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.retry import Made
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.upkeep.notification import opt_out
from dialer.ports.leases import Driver
from dialer.ports.records import (
    CallFilter,
    CallRow,
    CampaignSnapshot,
    ClaimDecision,
    ContactFacts,
    Progression,
)
from dialer.ports.review import ClaimWatch

IN_ORDER = (attempts.c.decided_at, attempts.c.id)
CALL = ATTEMPT.add_columns(contacts.c.external_id)


STILL_ALLOWED = (
    exists().where(campaigns.c.id == attempts.c.campaign_id, campaigns.c.state == CampaignState.RUNNING),
    ~exists().where(system.c.halted),
    ~exists().where(
        suppressions.c.fingerprint == attempts.c.fingerprint,
        suppressions.c.removed_at.is_(None),
        or_(suppressions.c.sponsor.is_(None), suppressions.c.sponsor == attempts.c.sponsor),
    ),
)
"""What may have changed since the permit: read once more by the very statement that sends."""


class SqlAttempts:
    """`dialer.ports.store.Attempts`."""

    def __init__(self, database: Database, outbox: SqlOutbox) -> None:
        self._database = database
        self._outbox = outbox

    async def claim(
        self,
        campaign_id: CampaignId,
        *,
        now: datetime,
        limit: int,
        permits: int,
        judge: Callable[[CampaignSnapshot, ContactFacts], ClaimDecision],
        watch: ClaimWatch | None = None,
    ) -> list[ClaimDecision]:
        """Raise `NotFound`, `NotNow`. At most `claim.LONGEST_CLAIM` contacts at a time."""
        async with self._database.write() as connection:
            if await under_rotation(connection):
                raise NotNow("the keys of the fingerprints are being changed")
            standing = await standing_of(connection, campaign_id, lock="shared")
            return await Claim(connection, standing, now, limit, permits, judge, watch).run()

    async def originating(
        self, attempt_ids: Sequence[AttemptId], *, at: datetime, driver: Driver
    ) -> list[AttemptId]:
        """In the order asked."""
        moved: set[AttemptId] = set()
        async with self._database.write() as connection:
            if not await drives(connection, driver):
                return []
            for ids in chunks(attempt_ids):
                statement = (
                    update(attempts)
                    .where(
                        attempts.c.id.in_(ids),
                        attempts.c.state == AttemptState.PERMITTED,
                        attempts.c.pbx == driver.pbx,
                        attempts.c.expires_at > at,
                        *STILL_ALLOWED,
                    )
                    .values(state=AttemptState.ORIGINATING, originated_at=at)
                    .returning(attempts.c.id)
                )
                moved.update((await connection.execute(statement)).scalars())
        return [attempt_id for attempt_id in dict.fromkeys(attempt_ids) if attempt_id in moved]

    async def commit(self, progressions: Sequence[Progression]) -> None:
        async with self._database.write() as connection:
            await commit_progressions(connection, progressions)
            await self._outbox.put(
                connection, [opt_out(p.suppression) for p in progressions if p.suppression]
            )

    async def get(self, attempt_id: AttemptId) -> CallRow:
        async with self._database.read() as connection:
            found = await _calls(connection, CALL.where(attempts.c.id == attempt_id))
        if not found:
            raise NotFound(f"there is no call {attempt_id}")
        return found[0]

    async def get_many(self, attempt_ids: Iterable[AttemptId]) -> dict[AttemptId, Attempt]:
        """Unknown ids are left out."""
        found: dict[AttemptId, Attempt] = {}
        async with self._database.read() as connection:
            for ids in chunks(attempt_ids):
                rows = await connection.execute(ATTEMPT.where(attempts.c.id.in_(ids)))
                found.update((row.id, Attempt(*row)) for row in rows)
        return found

    async def alive(self, *, pbx: str | None = None, campaign_id: CampaignId | None = None) -> list[Attempt]:
        """In order of decision."""
        statement = ATTEMPT.where(live)
        if pbx is not None:
            statement = statement.where(attempts.c.pbx == pbx)
        if campaign_id is not None:
            statement = statement.where(attempts.c.campaign_id == campaign_id)
        async with self._database.read() as connection:
            found = [Attempt(*row) for row in await connection.execute(statement)]
        # Sorted here, for they are few: asked to sort, SQLite would walk all attempts in order instead of the live ones.
        return sorted(found, key=lambda attempt: (attempt.decided_at, attempt.id))

    async def alive_to(self, fingerprints: Iterable[Fingerprint]) -> list[Attempt]:
        found: list[Attempt] = []
        async with self._database.read() as connection:
            for meant in chunks((await stored_as(connection, fingerprints)).values()):
                rows = await connection.execute(ATTEMPT.where(live, attempts.c.fingerprint.in_(meant)))
                found += (Attempt(*row) for row in rows)
        return found

    async def made(self, contact_ids: Iterable[ContactId]) -> dict[ContactId, Made]:
        """Nothing is said, too, not left out. An attempt still alive is not counted yet."""
        made = dict.fromkeys(contact_ids, Made())
        async with self._database.read() as connection:
            for ids in chunks(list(made)):
                statement = (
                    select(
                        attempts.c.contact_id,
                        func.count().filter(~unreached, ~left_unanswered),
                        func.count().filter(unreached),
                    )
                    .where(attempts.c.contact_id.in_(ids), ~live)
                    .group_by(attempts.c.contact_id)
                )
                made.update((row[0], Made(row[1], row[2])) for row in await connection.execute(statement))
        return made

    async def calls(self, query: CallFilter) -> list[CallRow]:
        statement = CALL.order_by(*IN_ORDER).limit(query.limit)
        if query.campaign_id is not None:
            statement = statement.where(attempts.c.campaign_id == query.campaign_id)
        if query.after is not None:
            cursor = select(*IN_ORDER).where(attempts.c.id == query.after).scalar_subquery()
            statement = statement.where(tuple_(*IN_ORDER) > cursor)
        async with self._database.read() as connection:
            if query.fingerprint is not None:
                stored = await stored_as(connection, [query.fingerprint])
                statement = statement.where(attempts.c.fingerprint == stored[query.fingerprint])
            return await _calls(connection, statement)

    async def silent(self, campaign_id: CampaignId, *, since: datetime) -> SilentCalls:
        async with self._database.read() as connection:
            return await silent_calls(connection, campaign_id, since)


async def _calls(connection: AsyncConnection, statement: Select[Any]) -> list[CallRow]:
    rows = await connection.execute(statement)
    return [CallRow(Attempt(*row[:-1]), row.external_id) for row in rows]
