"""Imports, each with where its list came from and how it ended."""

from sqlalchemy import insert, update

from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import MANIFEST, record_of
from dialer.adapters.sql.schema.tables import imports
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import CampaignId, ImportId
from dialer.domain.consent.contact import ImportManifest
from dialer.ports.records import ImportCounts


class SqlImportRepository(SqlRepository):
    """`dialer.ports.consent.imports.ImportRepository`."""

    async def add(self, manifest: ImportManifest) -> None:
        await self._connection.execute(insert(imports).values(record_of(manifest)))

    async def lock(self, campaign_id: CampaignId) -> dict[ImportId, ImportManifest]:
        mine = MANIFEST.where(imports.c.campaign_id == campaign_id).order_by(imports.c.id)
        # FOR NO KEY UPDATE, in the order of ids: contacts that refer to a manifest do not wait.
        rows = await self._connection.execute(mine.with_for_update(key_share=True))
        return {manifest.id: manifest for manifest in (ImportManifest(*row) for row in rows)}

    async def end(self, import_id: ImportId, counts: ImportCounts, report: str) -> ImportManifest:
        statement = update(imports).where(imports.c.id == import_id)
        await self._connection.execute(statement.values(report=report, **record_of(counts)))
        return (await self.get(import_id))[0]

    async def get(self, import_id: ImportId) -> tuple[ImportManifest, str | None]:
        statement = MANIFEST.add_columns(imports.c.report).where(imports.c.id == import_id)
        row = (await self._connection.execute(statement)).first()
        if row is None:
            raise NotFound(f"there is no import {import_id}")
        return ImportManifest(*row[:-1]), row.report
