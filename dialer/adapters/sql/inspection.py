"""A campaign as an inspection reads it: by person, with all their calls and consents."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls import CALL, IN_ORDER
from dialer.adapters.sql.consent import consents_of
from dialer.adapters.sql.db.dialects import LONGEST_LIST, chunks
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.decision import KEPT
from dialer.adapters.sql.ledger import ENTRY, sealed_entry
from dialer.adapters.sql.records import CONTACT, MANIFEST, columns_for, contact_of, names_of
from dialer.adapters.sql.schema.calls import attempts, decisions
from dialer.adapters.sql.schema.ledger import entries
from dialer.adapters.sql.schema.machine import retention_runs
from dialer.adapters.sql.schema.people import contacts, imports
from dialer.domain.base.types import CampaignId, ContactId, Fingerprint
from dialer.domain.calls.attempt import Attempt
from dialer.domain.consent import Contact, ImportManifest
from dialer.domain.ledger.event import Kind
from dialer.domain.ledger.sealing import SealedEntry
from dialer.domain.upkeep import RetentionRun
from dialer.ports.inspection import CalledPerson, ImportedList, RefusalCount
from dialer.ports.records import ArchivedDecision, CallRow, ImportCounts

COUNTS = [imports.c[name] for name in names_of(ImportCounts)]
RUN = columns_for(RetentionRun, retention_runs).order_by(retention_runs.c.id)


class SqlInspectionRepository(SqlRepository):
    """`dialer.ports.inspection.InspectionRepository`."""

    async def called(
        self, campaign_id: CampaignId, sponsor: str, *, after: ContactId, limit: int
    ) -> list[CalledPerson]:
        page = CONTACT.where(_called(campaign_id), contacts.c.id > after).order_by(contacts.c.id).limit(limit)
        people = [contact_of(row) for row in await self._connection.execute(page)]
        if not people:
            return []
        fingerprints = [person.fingerprint for person in people]
        consents = await consents_of(self._connection, fingerprints)
        calls = await _calls_to(self._connection, sponsor, fingerprints)
        kept = await _decisions_on(self._connection, campaign_id, people)
        return [
            CalledPerson(
                person,
                tuple(calls[person.fingerprint]),
                consents.get(person.fingerprint, ()),
                {one.attempt_id: one for one in kept[person.fingerprint] if one.attempt_id},
            )
            for person in people
        ]

    async def called_count(self, campaign_id: CampaignId) -> int:
        statement = sa.select(sa.func.count()).select_from(contacts).where(_called(campaign_id))
        return (await self._connection.execute(statement)).scalar_one()

    async def lists(self, campaign_id: CampaignId) -> list[ImportedList]:
        mine = MANIFEST.add_columns(imports.c.report, *COUNTS).where(imports.c.campaign_id == campaign_id)
        people = sa.select(
            contacts.c.import_id, sa.func.count(), sa.func.count().filter(contacts.c.erased_at.is_(None))
        ).where(contacts.c.campaign_id == campaign_id)
        rows = await self._connection.execute(mine.order_by(imports.c.imported_at, imports.c.id))
        counted = await self._connection.execute(people.group_by(contacts.c.import_id))
        sizes = {row[0]: (row[1], row[2]) for row in counted}
        return [_list(row, *sizes.get(row.id, (0, 0))) for row in rows]

    async def refusals(self, campaign_id: CampaignId) -> tuple[int, list[RefusalCount]]:
        refused = (decisions.c.campaign_id == campaign_id, decisions.c.permitted.is_(False))
        found: Counter[tuple[str, str]] = Counter()
        total = 0
        rows = await self._connection.stream(sa.select(decisions.c.reasons).where(*refused))
        async for (reasons,) in rows:
            total += 1
            found.update((reason["rule"], reason["code"]) for reason in reasons)
        return total, [RefusalCount(rule, code, count) for (rule, code), count in sorted(found.items())]

    async def contexts(self, campaign_id: CampaignId) -> list[str]:
        mine = (decisions.c.campaign_id == campaign_id, decisions.c.context_hash.is_not(None))
        statement = sa.select(decisions.c.context_hash).where(*mine).distinct()
        return sorted((await self._connection.execute(statement)).scalars())

    async def sealed_about(self, ids: Iterable[str], *, before: int) -> list[SealedEntry]:
        return await self._sealed(entries.c.about, ids, entries.c.position < before)

    async def sealed_of(
        self, subjects: Iterable[str], kinds: Sequence[Kind], *, before: int
    ) -> list[SealedEntry]:
        wanted = entries.c.kind.in_([kind.value for kind in kinds]) & (entries.c.position < before)
        return await self._sealed(entries.c.subject, subjects, wanted)

    async def sealed_kinds(self, kinds: Sequence[Kind], *, first: int, before: int) -> list[SealedEntry]:
        span = (entries.c.position >= first, entries.c.position < before)
        wanted = ENTRY.where(*span, entries.c.kind.in_([kind.value for kind in kinds]))
        rows = await self._connection.execute(wanted.order_by(entries.c.position).limit(LONGEST_LIST))
        return [sealed_entry(row) for row in rows]

    async def _sealed(
        self, column: sa.Column[Any], values: Iterable[str], wanted: sa.ColumnElement[bool]
    ) -> list[SealedEntry]:
        found: list[SealedEntry] = []
        for some in chunks(values):
            rows = await self._connection.execute(ENTRY.where(column.in_(some), wanted))
            found += [sealed_entry(row) for row in rows]
        return sorted(found, key=lambda entry: entry.index)

    async def retention_runs(self) -> Sequence[RetentionRun]:
        return [RetentionRun(*row) for row in await self._connection.execute(RUN)]


def _called(campaign_id: CampaignId) -> sa.ColumnElement[bool]:
    tried = sa.exists().where(attempts.c.contact_id == contacts.c.id)
    return (contacts.c.campaign_id == campaign_id) & tried


async def _calls_to(
    connection: AsyncConnection, sponsor: str, fingerprints: Sequence[Fingerprint]
) -> defaultdict[Fingerprint, list[CallRow]]:
    theirs = CALL.where(attempts.c.sponsor == sponsor, attempts.c.fingerprint.in_(fingerprints))
    found: defaultdict[Fingerprint, list[CallRow]] = defaultdict(list)
    for row in await connection.execute(theirs.order_by(*IN_ORDER)):
        found[row.fingerprint].append(CallRow(Attempt(*row[:-1]), row.external_id))
    return found


async def _decisions_on(
    connection: AsyncConnection, campaign_id: CampaignId, people: Sequence[Contact]
) -> defaultdict[Fingerprint, list[ArchivedDecision]]:
    permits = KEPT.where(
        decisions.c.fingerprint.in_([person.fingerprint for person in people]),
        decisions.c.campaign_id == campaign_id,
        decisions.c.permitted,
    )
    found: defaultdict[Fingerprint, list[ArchivedDecision]] = defaultdict(list)
    for row in await connection.execute(permits):
        found[row.fingerprint].append(ArchivedDecision(*row))
    return found


def _list(row: sa.Row[Any], listed: int, kept: int) -> ImportedList:
    """Read a row of `MANIFEST` with the report and the counts."""
    *manifest, report = row[: -len(COUNTS)]
    counts = ImportCounts(*row[-len(COUNTS) :]) if report is not None else None
    return ImportedList(ImportManifest(*manifest), counts, report, listed, kept)
