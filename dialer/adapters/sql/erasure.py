"""Erasure of data past its limit, and the file of one person, stored.

A few thousand rows are erased at a time.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql import records
from dialer.adapters.sql.calls import CALL, IN_ORDER
from dialer.adapters.sql.consent import consents_of
from dialer.adapters.sql.contacts import emptied
from dialer.adapters.sql.db.dialects import reserve
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.decision import forget_sealed
from dialer.adapters.sql.schema import people
from dialer.adapters.sql.schema.calls import attempts, decision_inputs, decisions
from dialer.adapters.sql.schema.campaigns import campaigns
from dialer.adapters.sql.schema.machine import past_calls, retention_runs
from dialer.domain.base.types import Fingerprint, ImportId
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.consent import ContactState, ImportManifest
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.upkeep import ProofTerm, RetentionRun
from dialer.ports.records import CallRow
from dialer.ports.upkeep import DecisionRow, ListedPerson, Opposition, PastCall, RetainedList, SubjectFile

RUN = records.columns_for(RetentionRun, retention_runs)
WELL = retention_runs.c.ended_at.is_not(None) & retention_runs.c.error.is_(None)
KEPT = people.contacts.c.erased_at.is_(None)
SENT = attempts.c.state != AttemptState.LAPSED
"""Condition on an attempt: a call went out, or may have."""


class SqlRetentionRepository(SqlRepository):
    """`dialer.ports.upkeep.RetentionRepository`."""

    async def lists(self) -> list[RetainedList]:
        left = sa.exists().where(people.contacts.c.import_id == people.imports.c.id, KEPT)
        statement = (
            sa.select(
                people.imports.c.id,
                campaigns.c.id,
                campaigns.c.definition,
                people.imports.c.imported_at,
                campaigns.c.ended_at,
            )
            .join_from(people.imports, campaigns, people.imports.c.campaign_id == campaigns.c.id)
            .where(left)
            .order_by(people.imports.c.imported_at, people.imports.c.id)
        )
        rows = await self._connection.execute(statement)
        return [
            RetainedList(row[0], row[1], row[2].profile, row[3], row[4], last_poll(row[2])) for row in rows
        ]

    async def profiles(self) -> dict[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for sponsor, definition in await self._connection.execute(
            sa.select(campaigns.c.sponsor, campaigns.c.definition)
        ):
            found[sponsor].add(definition.profile)
        return {sponsor: frozenset(profiles) for sponsor, profiles in found.items()}

    async def erase_contacts(
        self, import_id: ImportId, *, at: datetime, uncalled: bool = False, limit: int
    ) -> int:
        called = sa.exists().where(attempts.c.contact_id == people.contacts.c.id, SENT)
        page = (
            sa.select(people.contacts.c.id)
            .where(
                people.contacts.c.import_id == import_id,
                KEPT,
                people.contacts.c.state != ContactState.CALLING,
            )
            .where(~called if uncalled else sa.true())
            .order_by(people.contacts.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = (await self._connection.execute(page)).scalars().all()
        return await emptied(self._connection, people.contacts.c.id.in_(ids), at) if ids else 0

    async def erase_consents(self, term: ProofTerm, *, limit: int) -> int:
        listed = sa.exists().where(people.contacts.c.fingerprint == people.consents.c.fingerprint, KEPT)
        used = sa.exists().where(
            attempts.c.fingerprint == people.consents.c.fingerprint,
            attempts.c.sponsor == people.consents.c.sponsor,
            attempts.c.decided_at >= term.before,
            SENT,
        )
        theirs = people.consents.c.sponsor.in_(sorted(term.sponsors))
        page = (
            sa.select(people.consents.c.id)
            .where(people.consents.c.withdrawn.is_(False), people.consents.c.at < term.before, ~listed)
            .where(~theirs if term.others else theirs, ~used if term.unused else sa.true())
            .limit(limit)
        )
        ids = (await self._connection.execute(page)).scalars().all()
        if ids:
            await self._connection.execute(sa.delete(people.consents).where(people.consents.c.id.in_(ids)))
        return len(ids)

    async def destroy_keys(self, *, limit: int) -> int:
        number = people.subject_keys.c.fingerprint
        listed = sa.exists().where(people.contacts.c.fingerprint == number, KEPT)
        agreed = sa.exists().where(
            people.consents.c.fingerprint == number, people.consents.c.withdrawn.is_(False)
        )
        idle = sa.select(number).where(~listed, ~agreed)
        found = (await self._connection.execute(idle.limit(limit))).scalars().all()
        # A number that is being judged may have come back to a list: the rest is read again, with
        # this transaction's locks.
        ours = await reserve(self._connection, found)
        still = (await self._connection.execute(idle.where(number.in_(ours)))).scalars().all()
        return (await forget_sealed(self._connection, still))[0] if still else 0

    async def begin(self, started_at: datetime) -> int:
        run = sa.insert(retention_runs).values(records.record_of(RetentionRun(started_at)))
        return int((await self._connection.execute(run.returning(retention_runs.c.id))).scalar_one())

    async def end(self, run_id: int, run: RetentionRun) -> None:
        statement = (
            sa.update(retention_runs).where(retention_runs.c.id == run_id).values(records.record_of(run))
        )
        await self._connection.execute(statement)

    async def runs(self) -> Sequence[RetentionRun]:
        last_well = sa.select(sa.func.max(retention_runs.c.id)).where(WELL).scalar_subquery()
        statement = RUN.where(retention_runs.c.id >= sa.func.coalesce(last_well, 0)).order_by(
            retention_runs.c.id
        )
        return [RetentionRun(*row) for row in await self._connection.execute(statement)]


def last_poll(definition: CampaignDefinition) -> date | None:
    return max(definition.election.poll_dates.values()) if definition.election else None


PAST_CALL = records.columns_for(PastCall, past_calls)
PERSON = records.CONTACT.add_columns(
    people.contacts.c.state,
    people.contacts.c.next_due_at,
    people.contacts.c.closed_reason,
    people.contacts.c.erased_at,
)
OPPOSITION = records.SUPPRESSION.add_columns(
    people.suppressions.c.removed_at, people.suppressions.c.removed_by, people.suppressions.c.removed_reason
)
ELSEWHERE = {"context": decision_inputs.c.content.label("context"), "key": people.subject_keys.c.key}
DECISION: sa.Select[Any] = (
    sa.select(
        *(
            ELSEWHERE[name] if name in ELSEWHERE else decisions.c[name]
            for name in records.names_of(DecisionRow)
        ),
    )
    .select_from(decisions)
    .join(decision_inputs, decisions.c.context_hash == decision_inputs.c.hash, isouter=True)
    .join(people.subject_keys, decisions.c.fingerprint == people.subject_keys.c.fingerprint, isouter=True)
    .order_by(decisions.c.id)
)


class SqlSubjectRepository(SqlRepository):
    """`dialer.ports.upkeep.SubjectRepository`."""

    async def file(self, fingerprint: Fingerprint) -> SubjectFile:
        fingerprint = (await self._names.of([fingerprint]))[fingerprint]
        calls = CALL.where(people.contacts.c.fingerprint == fingerprint).order_by(*IN_ORDER)
        return SubjectFile(
            contacts=await _listed(self._connection, fingerprint),
            manifests=await _manifests(self._connection, fingerprint),
            consents=(await consents_of(self._connection, [fingerprint])).get(fingerprint, ()),
            oppositions=await _oppositions(self._connection, fingerprint),
            lists=await _lists(self._connection, fingerprint),
            calls=tuple(
                CallRow(Attempt(*row[:-1]), row[-1]) for row in await self._connection.execute(calls)
            ),
            decisions=await _decisions(self._connection, fingerprint),
            past_calls=await _past_calls(self._connection, fingerprint),
        )


async def _listed(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[ListedPerson, ...]:
    rows = await connection.execute(
        PERSON.where(people.contacts.c.fingerprint == fingerprint).order_by(people.contacts.c.id)
    )
    return tuple(ListedPerson(records.contact_of(row), *row[-4:]) for row in rows)


async def _manifests(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[ImportManifest, ...]:
    """Return the manifests of every import with data on the number."""
    named = sa.or_(
        people.imports.c.id.in_(
            sa.select(people.contacts.c.import_id).where(people.contacts.c.fingerprint == fingerprint)
        ),
        people.imports.c.id.in_(
            sa.select(people.consents.c.import_id).where(people.consents.c.fingerprint == fingerprint)
        ),
        people.imports.c.id.in_(
            sa.select(people.suppressions.c.source).where(people.suppressions.c.fingerprint == fingerprint)
        ),
        people.imports.c.id.in_(
            sa.select(people.list_entries.c.list_id).where(people.list_entries.c.fingerprint == fingerprint)
        ),
    )
    rows = await connection.execute(
        records.MANIFEST.where(named).order_by(people.imports.c.imported_at, people.imports.c.id)
    )
    return tuple(ImportManifest(*row) for row in rows)


async def _oppositions(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[Opposition, ...]:
    mine = OPPOSITION.where(people.suppressions.c.fingerprint == fingerprint).order_by(
        people.suppressions.c.id
    )
    return tuple(Opposition(Suppression(*row[:-3]), *row[-3:]) for row in await connection.execute(mine))


async def _lists(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[str, ...]:
    names = sa.select(people.opposition_lists.c.name).join_from(people.list_entries, people.opposition_lists)
    mine = names.where(people.current, people.list_entries.c.fingerprint == fingerprint)
    return tuple((await connection.execute(mine.order_by(people.opposition_lists.c.name))).scalars())


async def _decisions(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[DecisionRow, ...]:
    rows = await connection.execute(DECISION.where(decisions.c.fingerprint == fingerprint))
    return tuple([DecisionRow(*row) for row in rows])


async def _past_calls(connection: AsyncConnection, fingerprint: Fingerprint) -> tuple[PastCall, ...]:
    mine = PAST_CALL.where(past_calls.c.fingerprint == fingerprint).order_by(past_calls.c.at)
    return tuple(PastCall(*row) for row in await connection.execute(mine))
