"""Erasure of data past its limit, a few thousand rows at a time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, exists, func, insert, select, true, update

from dialer.adapters.sql.consent.contacts import emptied
from dialer.adapters.sql.db.dialects import reserve
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.decision.decisions import forget_sealed
from dialer.adapters.sql.records import columns_for, record_of
from dialer.adapters.sql.schema.retention_tables import retention_runs
from dialer.adapters.sql.schema.tables import attempts, campaigns, consents, contacts, imports, subject_keys
from dialer.domain.base.types import ImportId
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.consent.contact import ContactState
from dialer.domain.upkeep.retention import ProofTerm, RetentionRun
from dialer.ports.upkeep.retention import RetainedList

RUN = columns_for(RetentionRun, retention_runs)
WELL = retention_runs.c.ended_at.is_not(None) & retention_runs.c.error.is_(None)
KEPT = contacts.c.erased_at.is_(None)
SENT = attempts.c.state != AttemptState.LAPSED
"""Condition on an attempt: a call went out, or may have."""


class SqlRetentionRepository(SqlRepository):
    """`dialer.ports.upkeep.retention.RetentionRepository`."""

    async def lists(self) -> list[RetainedList]:
        left = exists().where(contacts.c.import_id == imports.c.id, KEPT)
        statement = (
            select(
                imports.c.id,
                campaigns.c.id,
                campaigns.c.definition,
                imports.c.imported_at,
                campaigns.c.ended_at,
            )
            .join_from(imports, campaigns, imports.c.campaign_id == campaigns.c.id)
            .where(left)
            .order_by(imports.c.imported_at, imports.c.id)
        )
        rows = await self._connection.execute(statement)
        return [
            RetainedList(row[0], row[1], row[2].profile, row[3], row[4], last_poll(row[2])) for row in rows
        ]

    async def profiles(self) -> dict[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for sponsor, definition in await self._connection.execute(
            select(campaigns.c.sponsor, campaigns.c.definition)
        ):
            found[sponsor].add(definition.profile)
        return {sponsor: frozenset(profiles) for sponsor, profiles in found.items()}

    async def erase_contacts(
        self, import_id: ImportId, *, at: datetime, uncalled: bool = False, limit: int
    ) -> int:
        called = exists().where(attempts.c.contact_id == contacts.c.id, SENT)
        page = (
            select(contacts.c.id)
            .where(contacts.c.import_id == import_id, KEPT, contacts.c.state != ContactState.CALLING)
            .where(~called if uncalled else true())
            .order_by(contacts.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = (await self._connection.execute(page)).scalars().all()
        return await emptied(self._connection, contacts.c.id.in_(ids), at) if ids else 0

    async def erase_consents(self, term: ProofTerm, *, limit: int) -> int:
        listed = exists().where(contacts.c.fingerprint == consents.c.fingerprint, KEPT)
        used = exists().where(
            attempts.c.fingerprint == consents.c.fingerprint,
            attempts.c.sponsor == consents.c.sponsor,
            attempts.c.decided_at >= term.before,
            SENT,
        )
        theirs = consents.c.sponsor.in_(sorted(term.sponsors))
        page = (
            select(consents.c.id)
            .where(consents.c.withdrawn.is_(False), consents.c.at < term.before, ~listed)
            .where(~theirs if term.others else theirs, ~used if term.unused else true())
            .limit(limit)
        )
        ids = (await self._connection.execute(page)).scalars().all()
        if ids:
            await self._connection.execute(delete(consents).where(consents.c.id.in_(ids)))
        return len(ids)

    async def destroy_keys(self, *, limit: int) -> int:
        number = subject_keys.c.fingerprint
        listed = exists().where(contacts.c.fingerprint == number, KEPT)
        agreed = exists().where(consents.c.fingerprint == number, consents.c.withdrawn.is_(False))
        idle = select(number).where(~listed, ~agreed)
        found = (await self._connection.execute(idle.limit(limit))).scalars().all()
        # A number that is being judged may have come back to a list: the rest is read again, with
        # this transaction's locks.
        ours = await reserve(self._connection, found)
        still = (await self._connection.execute(idle.where(number.in_(ours)))).scalars().all()
        return (await forget_sealed(self._connection, still))[0] if still else 0

    async def begin(self, started_at: datetime) -> int:
        run = insert(retention_runs).values(record_of(RetentionRun(started_at)))
        return int((await self._connection.execute(run.returning(retention_runs.c.id))).scalar_one())

    async def end(self, run_id: int, run: RetentionRun) -> None:
        statement = update(retention_runs).where(retention_runs.c.id == run_id).values(record_of(run))
        await self._connection.execute(statement)

    async def runs(self) -> Sequence[RetentionRun]:
        last_well = select(func.max(retention_runs.c.id)).where(WELL).scalar_subquery()
        statement = RUN.where(retention_runs.c.id >= func.coalesce(last_well, 0)).order_by(
            retention_runs.c.id
        )
        return [RetentionRun(*row) for row in await self._connection.execute(statement)]


def last_poll(definition: CampaignDefinition) -> date | None:
    return max(definition.election.poll_dates.values()) if definition.election else None
