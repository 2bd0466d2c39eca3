"""Lists of contacts and the imports they came with."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import case, func, insert, literal, select, update

from dialer.adapters.sql.calls.dossiers import LISTED, dossiers_of
from dialer.adapters.sql.calls.standing import campaign_of
from dialer.adapters.sql.consent.consents import append_consents
from dialer.adapters.sql.db.chunks import AT_ONCE, chunks
from dialer.adapters.sql.db.dialects import insert_new
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.db.stored_as import stored_as, to_be_stored_as
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.preflight.contact_groups import alike_between, page_end
from dialer.adapters.sql.records import MANIFEST, Record, record_of
from dialer.adapters.sql.schema.tables import contacts, imports
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import CampaignId, ContactId, Fingerprint, ImportId
from dialer.domain.consent.contact import ContactState, ImportManifest
from dialer.domain.ledger.entries_admin import import_begun, import_ended
from dialer.domain.numbers.number_plan import territories_of
from dialer.domain.numbers.territory import territory_of
from dialer.domain.preflight.contact_groups import TimeBoundaries
from dialer.ports.records import ContactFacts, ContactGroup, ImportCounts, NewContact

# As much of a number as tells its territory: few enough beginnings that a million numbers come to some hundreds.
TELLS_TERRITORY = case(
    (contacts.c.number.startswith("+33"), literal("+33")),
    (contacts.c.number.startswith("+1"), func.substr(contacts.c.number, 1, 5)),
    (contacts.c.number.startswith("+44"), func.substr(contacts.c.number, 1, 7)),
    else_=func.substr(contacts.c.number, 1, 9),
)


class SqlContacts:
    """`dialer.ports.store.Contacts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin_import(self, manifest: ImportManifest) -> None:
        async with self._database.write() as connection:
            await connection.execute(insert(imports).values(record_of(manifest)))
            await record(connection, [import_begun(manifest)])

    async def add(
        self, import_id: ImportId, campaign_id: CampaignId, rows: Sequence[NewContact]
    ) -> list[int]:
        """Raise `NotFound` unless the import was begun for this campaign."""
        async with self._database.write() as connection:
            # Locking the campaign's manifests keeps two imports of one list from waiting for each other's rows in a circle.
            manifests = select(imports.c.id, imports.c.imported_at, imports.c.imported_by).where(
                imports.c.campaign_id == campaign_id
            )
            rows_of = await connection.execute(
                manifests.order_by(imports.c.id).with_for_update(key_share=True)
            )
            begun = {row.id: row for row in rows_of}
            if import_id not in begun:
                raise NotFound(f"there is no import {import_id} for campaign {campaign_id}")
            common: Record = {
                "import_id": import_id,
                "campaign_id": campaign_id,
                "state": ContactState.DUE,
                "next_due_at": begun[import_id].imported_at,
            }
            stored = await to_be_stored_as(connection, [row.fingerprint for row in rows])
            rows = [_known_as(row, stored[row.fingerprint]) for row in rows]
            statement = insert_new(connection, contacts).returning(contacts.c.line)
            added: set[int] = set()
            for some in chunks(rows, AT_ONCE):
                records = [record_of(row, without="consent") | common for row in some]
                added.update((await connection.execute(statement, records)).scalars())
            given = [row.consent for row in rows if row.consent is not None]
            await append_consents(connection, given, by=begun[import_id].imported_by)
        return [row.line for row in rows if row.line not in added]

    async def end_import(self, import_id: ImportId, counts: ImportCounts, report: str) -> None:
        """Raise `NotFound`."""
        async with self._database.write() as connection:
            statement = update(imports).where(imports.c.id == import_id)
            await connection.execute(statement.values(report=report, **record_of(counts)))
            begun = (await connection.execute(MANIFEST.where(imports.c.id == import_id))).first()
            if begun is None:
                raise NotFound(f"there is no import {import_id}")
            await record(connection, [import_ended(ImportManifest(*begun), record_of(counts), report)])

    async def import_report(self, import_id: ImportId) -> tuple[ImportManifest, str | None]:
        statement = MANIFEST.add_columns(imports.c.report).where(imports.c.id == import_id)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).first()
        if row is None:
            raise NotFound(f"there is no import {import_id}")
        return ImportManifest(*row[:-1]), row.report

    async def count(self, campaign_id: CampaignId) -> int:
        statement = select(func.count()).where(contacts.c.campaign_id == campaign_id)
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def places(self, campaign_id: CampaignId) -> frozenset[tuple[str, ...]]:
        kept = (contacts.c.campaign_id == campaign_id, contacts.c.erased_at.is_(None))
        told = contacts.c.territory.is_not(None)
        stated = select(contacts.c.territory).where(*kept, told).distinct()
        alike = select(func.min(contacts.c.number)).where(*kept, ~told).group_by(TELLS_TERRITORY)
        async with self._database.read() as connection:
            found = {(territory_of(code),) for code in (await connection.execute(stated)).scalars()}
            return frozenset(found | {territories_of(n) for n in (await connection.execute(alike)).scalars()})

    async def languages(self, campaign_id: CampaignId) -> frozenset[str]:
        stated = (contacts.c.campaign_id == campaign_id, contacts.c.erased_at.is_(None))
        statement = select(contacts.c.language).where(*stated, contacts.c.language.is_not(None)).distinct()
        async with self._database.read() as connection:
            return frozenset((await connection.execute(statement)).scalars())

    async def dossier(self, campaign_id: CampaignId, fingerprint: Fingerprint) -> ContactFacts | None:
        """Raise `NotFound` for an unknown campaign; None where the number is not on its list."""
        return (await self.dossiers_among(campaign_id, [fingerprint])).get(fingerprint)

    async def dossiers_among(
        self, campaign_id: CampaignId, fingerprints: Iterable[Fingerprint]
    ) -> dict[Fingerprint, ContactFacts]:
        found: dict[Fingerprint, ContactFacts] = {}
        async with self._database.read() as connection:
            campaign = await campaign_of(connection, campaign_id)
            for some in chunks(fingerprints):
                given = {now: one for one, now in (await stored_as(connection, some)).items()}
                mine = (contacts.c.campaign_id == campaign_id, contacts.c.fingerprint.in_(given))
                listed = (await connection.execute(LISTED.where(*mine))).all()
                dossiers = await dossiers_of(connection, campaign.definition.sponsor.id, listed)
                found.update((given[dossier.contact.fingerprint], dossier) for dossier in dossiers)
        return found

    async def page_end(self, campaign_id: CampaignId, *, after: ContactId, size: int) -> ContactId | None:
        async with self._database.read() as connection:
            return await page_end(connection, campaign_id, after, size)

    async def alike(
        self, campaign_id: CampaignId, turns: TimeBoundaries, *, after: ContactId, until: ContactId
    ) -> Sequence[ContactGroup]:
        async with self._database.read() as connection:
            return await alike_between(connection, campaign_id, turns, after, until)


def _known_as(row: NewContact, fingerprint: Fingerprint) -> NewContact:
    if row.fingerprint == fingerprint:
        return row
    consent = replace(row.consent, fingerprint=fingerprint) if row.consent else None
    return replace(row, fingerprint=fingerprint, consent=consent)
