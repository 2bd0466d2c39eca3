"""Imports as stored: where each list came from, and how its import ended."""

from collections.abc import Mapping
from typing import Protocol

from dialer.domain.base.types import CampaignId, ImportId
from dialer.domain.consent.contact import ImportManifest
from dialer.ports.records import ImportCounts


class ImportRepository(Protocol):
    async def add(self, manifest: ImportManifest) -> None: ...

    async def lock(self, campaign_id: CampaignId) -> Mapping[ImportId, ImportManifest]:
        """Return the campaign's imports, locked.

        Two units that add to one list do not wait for each other's rows in a circle then.
        """
        ...

    async def end(self, import_id: ImportId, counts: ImportCounts, report: str) -> ImportManifest:
        """Store its end. `report`: the import report as JSON. Raise `NotFound`."""
        ...

    async def get(self, import_id: ImportId) -> tuple[ImportManifest, str | None]:
        """Return it with its report, None while it goes on. Raise `NotFound`."""
        ...


class HasImports(Protocol):
    @property
    def imports(self) -> ImportRepository: ...
