"""Contacts on their lists, the imports that brought them, and reviews, stored.

An import says where its list came from and how it ended. A contact is set aside for review when its
judgement failed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.access import keys_of
from dialer.adapters.sql.db.dialects import AT_ONCE, chunks, insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.decision import LISTED, dossiers_of, listed_contact
from dialer.adapters.sql.preflight import alike_between, page_end
from dialer.adapters.sql.records import MANIFEST, Record, new_contact_record, record_of
from dialer.adapters.sql.schema.campaigns import campaigns
from dialer.adapters.sql.schema.people import contacts, imports
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import CampaignId, ContactId, Fingerprint, ImportId
from dialer.domain.calls.retry import REVIEW, ClosedReason, ContactClosed, Due
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.consent import ContactDetails, ContactState, ImportManifest
from dialer.domain.numbers.number_plan import territories_of
from dialer.domain.numbers.territory import territory_of
from dialer.domain.preflight.forecast import TimeBoundaries
from dialer.ports.consent import SetAside
from dialer.ports.records import (
    ClosedContact,
    ContactChange,
    ContactFacts,
    ContactGroup,
    ImportCounts,
    JudgedContact,
    ListedContact,
    NewContact,
)

# The beginning of a number that gives its territory: a million numbers have some hundreds of them.
TELLS_TERRITORY = sa.case(
    (contacts.c.number.startswith("+33"), sa.literal("+33")),
    (contacts.c.number.startswith("+1"), sa.func.substr(contacts.c.number, 1, 5)),
    (contacts.c.number.startswith("+44"), sa.func.substr(contacts.c.number, 1, 7)),
    else_=sa.func.substr(contacts.c.number, 1, 9),
)
NEXT = (contacts.c.next_due_at, contacts.c.id)
CALLING: Record = {"state": ContactState.CALLING, "next_due_at": None, "closed_reason": None}


class SqlContactRepository(SqlRepository):
    """`dialer.ports.consent.ContactRepository`."""

    async def add(
        self,
        import_id: ImportId,
        campaign_id: CampaignId,
        rows: Sequence[NewContact],
        *,
        due_at: datetime,
    ) -> set[int]:
        common: Record = {
            "import_id": import_id,
            "campaign_id": campaign_id,
            "state": ContactState.DUE,
            "next_due_at": due_at,
        }
        stored = await self._names.to_be([row.fingerprint for row in rows])
        known = [replace(row, fingerprint=stored[row.fingerprint]) for row in rows]
        statement = insert_new(self._connection, contacts).returning(contacts.c.line)
        added: set[int] = set()
        for some in chunks(known, AT_ONCE):
            records = [new_contact_record(row) | common for row in some]
            added.update((await self._connection.execute(statement, records)).scalars())
        return added

    async def count(self, campaign_id: CampaignId) -> int:
        statement = sa.select(sa.func.count()).where(contacts.c.campaign_id == campaign_id)
        return (await self._connection.execute(statement)).scalar_one()

    async def places(self, campaign_id: CampaignId) -> frozenset[tuple[str, ...]]:
        kept = (contacts.c.campaign_id == campaign_id, contacts.c.erased_at.is_(None))
        told = contacts.c.territory.is_not(None)
        stated = sa.select(contacts.c.territory).where(*kept, told).distinct()
        alike = sa.select(sa.func.min(contacts.c.number)).where(*kept, ~told).group_by(TELLS_TERRITORY)
        codes = (await self._connection.execute(stated)).scalars()
        found = {(territory_of(code),) for code in codes}
        numbers = (await self._connection.execute(alike)).scalars()
        return frozenset(found | {territories_of(number) for number in numbers})

    async def languages(self, campaign_id: CampaignId) -> frozenset[str]:
        stated = (contacts.c.campaign_id == campaign_id, contacts.c.erased_at.is_(None))
        statement = sa.select(contacts.c.language).where(*stated, contacts.c.language.is_not(None)).distinct()
        return frozenset((await self._connection.execute(statement)).scalars())

    async def dossiers_among(
        self, campaign_id: CampaignId, sponsor: str, fingerprints: Iterable[Fingerprint]
    ) -> dict[Fingerprint, ContactFacts]:
        found: dict[Fingerprint, ContactFacts] = {}
        for some in chunks(fingerprints):
            given = {now: one for one, now in (await self._names.of(some)).items()}
            mine = (contacts.c.campaign_id == campaign_id, contacts.c.fingerprint.in_(given))
            rows = await self._connection.execute(LISTED.where(*mine))
            dossiers = await dossiers_of(self._connection, sponsor, [listed_contact(row) for row in rows])
            found.update((given[dossier.contact.fingerprint], dossier) for dossier in dossiers)
        return found

    async def due(
        self, campaign_id: CampaignId, *, now: datetime, limit: int, after: ListedContact | None
    ) -> list[ListedContact]:
        # FOR UPDATE SKIP LOCKED of contacts alone: no two processes claim one, and none waits.
        page = LISTED.where(
            contacts.c.campaign_id == campaign_id,
            contacts.c.state == ContactState.DUE,
            contacts.c.next_due_at <= now,
        )
        if after is not None:
            page = page.where(sa.tuple_(*NEXT) > (after.next_due_at, after.contact.id))
        locked = page.order_by(*NEXT).limit(limit).with_for_update(of=contacts, skip_locked=True)
        return [listed_contact(row) for row in await self._connection.execute(locked)]

    async def dossiers(self, sponsor: str, listed: Sequence[ListedContact]) -> list[ContactFacts]:
        dossiers = await dossiers_of(self._connection, sponsor, listed)
        keys = await keys_of(self._connection, [one.contact.fingerprint for one in dossiers])
        return [replace(one, key=keys.get(one.contact.fingerprint)) for one in dossiers]

    async def page_end(self, campaign_id: CampaignId, *, after: ContactId, size: int) -> ContactId | None:
        return await page_end(self._connection, campaign_id, after, size)

    async def alike(
        self,
        campaign_id: CampaignId,
        sponsor: str,
        turns: TimeBoundaries,
        *,
        after: ContactId,
        until: ContactId,
    ) -> Sequence[ContactGroup]:
        return await alike_between(self._connection, campaign_id, sponsor, turns, after, until)

    async def change(self, changes: Mapping[ContactId, ContactChange]) -> None:
        await self._update([changed(change) | {"contact": one} for one, change in changes.items()])

    async def judged(self, outcomes: Sequence[JudgedContact]) -> None:
        await self._update(
            [
                (changed(one.change) if one.change else CALLING)
                | {"last_refusal": one.codes, "contact": one.id}
                for one in outcomes
            ]
        )

    async def refused(
        self, fingerprints: Collection[Fingerprint], *, unless: Collection[CampaignState]
    ) -> list[ClosedContact]:
        found: list[ClosedContact] = []
        columns = (contacts.c.id, contacts.c.fingerprint, campaigns.c.sponsor, contacts.c.last_refusal)
        for some in chunks(fingerprints):
            # Locked in the order of ids, so that no two wait for each other in a circle.
            closed = (
                sa.select(*columns)
                .join_from(contacts, campaigns)
                .where(
                    contacts.c.fingerprint.in_(some),
                    contacts.c.state == ContactState.CLOSED,
                    contacts.c.last_refusal.is_not(None),
                    contacts.c.erased_at.is_(None),
                    campaigns.c.state.not_in(unless),
                )
                .order_by(contacts.c.id)
                .with_for_update(of=contacts)
            )
            rows = await self._connection.execute(closed)
            found += (ClosedContact(*row[:-1], codes=frozenset(row[-1].split())) for row in rows)
        return found

    async def closed_for(self, reason: ClosedReason, contact_ids: Iterable[ContactId]) -> list[ContactId]:
        found: list[ContactId] = []
        for ids in chunks(contact_ids):
            closed = sa.select(contacts.c.id).where(
                contacts.c.id.in_(ids),
                contacts.c.state == ContactState.CLOSED,
                contacts.c.closed_reason == reason,
                contacts.c.erased_at.is_(None),
            )
            found += (await self._connection.execute(closed)).scalars()
        return found

    async def erase(self, fingerprint: Fingerprint, *, at: datetime) -> int:
        return await emptied(self._connection, contacts.c.fingerprint == fingerprint, at)

    async def _update(self, records: Sequence[Record]) -> None:
        """Update contacts. All records have the same keys: `contact`, its id, and columns."""
        if records:
            columns: Record = {name: sa.bindparam(name) for name in records[0] if name != "contact"}
            statement = sa.update(contacts).where(contacts.c.id == sa.bindparam("contact")).values(columns)
            await self._connection.execute(statement, list(records))


def changed(change: ContactChange) -> Record:
    match change:
        case Due(until):
            return {"state": ContactState.DUE, "next_due_at": until, "closed_reason": None}
        case ContactClosed(reason):
            return {"state": ContactState.CLOSED, "next_due_at": None, "closed_reason": reason}


async def emptied(connection: AsyncConnection, which: sa.ColumnElement[bool], at: datetime) -> int:
    """Leave the fingerprint and how it ended; return how many rows had more."""
    columns = dict.fromkeys((*ContactDetails.model_fields, "next_due_at"))
    statement = sa.update(contacts).where(which, contacts.c.erased_at.is_(None))
    erased = statement.values(
        {
            **columns,
            "number": "",
            "state": ContactState.CLOSED,
            "closed_reason": sa.func.coalesce(contacts.c.closed_reason, ClosedReason.ERASED),
            "erased_at": at,
        }
    )
    return (await connection.execute(erased)).rowcount


class SqlImportRepository(SqlRepository):
    """`dialer.ports.consent.ImportRepository`."""

    async def add(self, manifest: ImportManifest) -> None:
        await self._connection.execute(sa.insert(imports).values(record_of(manifest)))

    async def lock(self, campaign_id: CampaignId) -> dict[ImportId, ImportManifest]:
        mine = MANIFEST.where(imports.c.campaign_id == campaign_id).order_by(imports.c.id)
        # FOR NO KEY UPDATE, in the order of ids: contacts that refer to a manifest do not wait.
        rows = await self._connection.execute(mine.with_for_update(key_share=True))
        return {manifest.id: manifest for manifest in (ImportManifest(*row) for row in rows)}

    async def end(self, import_id: ImportId, counts: ImportCounts, report: str) -> ImportManifest:
        statement = sa.update(imports).where(imports.c.id == import_id)
        await self._connection.execute(statement.values(report=report, **record_of(counts)))
        return (await self.get(import_id))[0]

    async def get(self, import_id: ImportId) -> tuple[ImportManifest, str | None]:
        statement = MANIFEST.add_columns(imports.c.report).where(imports.c.id == import_id)
        row = (await self._connection.execute(statement)).first()
        if row is None:
            raise NotFound(f"there is no import {import_id}")
        return ImportManifest(*row[:-1]), row.report


ASIDE = (
    contacts.c.last_refusal == REVIEW,
    contacts.c.state == ContactState.CLOSED,
    contacts.c.erased_at.is_(None),
)


class SqlReviewRepository(SqlRepository):
    """`dialer.ports.consent.ReviewRepository`."""

    async def set_aside(
        self, contact_id: ContactId, change: ContactClosed
    ) -> tuple[CampaignId, Fingerprint] | None:
        statement = (
            sa.update(contacts)
            .where(contacts.c.id == contact_id, contacts.c.state == ContactState.DUE)
            .values(changed(change) | {"last_refusal": REVIEW})
            .returning(contacts.c.campaign_id, contacts.c.fingerprint)
        )
        row = (await self._connection.execute(statement)).first()
        return None if row is None else (row.campaign_id, row.fingerprint)

    async def page(self, campaign_id: CampaignId, *, after: ContactId | None, limit: int) -> list[SetAside]:
        fields = contacts.c.id, contacts.c.external_id, contacts.c.import_id, contacts.c.line
        statement = (
            sa.select(*fields, contacts.c.closed_reason)
            .where(contacts.c.campaign_id == campaign_id, contacts.c.id > (after or 0), *ASIDE)
            .order_by(contacts.c.id)
            .limit(limit)
        )
        return [SetAside(*row) for row in await self._connection.execute(statement)]

    async def put_back(self, campaign_id: CampaignId, change: Due) -> int:
        statement = sa.update(contacts).where(contacts.c.campaign_id == campaign_id, *ASIDE)
        again = statement.values(changed(change) | {"last_refusal": None})
        return (await self._connection.execute(again)).rowcount
