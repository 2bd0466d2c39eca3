"""Contact lists: streamed in, with where they came from; and what became of them."""

from pathlib import Path
from typing import Literal

from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import MIB, FileBody, NoBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Instant, Name, Nothing, Wire
from dialer.api.importing import Begun, ReportAnswer, ReportView, begin
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import CampaignId, ImportId
from dialer.domain.consent.contact import SourceClass
from dialer.services.consent.contact_import import Provenance
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.services.views.imports import import_view

LARGEST_LIST = 2048 * MIB


class ProvenanceQuery(Wire):
    """Where the list comes from, as its supplier states (FP-30)."""

    source_class: str
    supplier: Name
    collected_at: Instant


class ImportProgressView(Wire):
    """A file is read twice: first checked whole, then imported."""

    phase: Literal["check", "import"]
    rows: int
    bytes_done: int
    bytes_total: int


class ManifestView(Wire):
    id: str
    kind: str
    campaign_id: str | None
    source_class: SourceClass | None
    supplier: str | None
    collected_at: Instant | None
    file_name: str
    file_sha256: str
    imported_by: str
    imported_at: Instant


class ImportView(Wire):
    """`progress` while it goes on, `report` once it is done; `manifest` is absent while the file is checked."""

    id: str
    done: bool
    progress: ImportProgressView | None
    manifest: ManifestView | None
    report: ReportView | None


async def take_in(asked: Asked[ProvenanceQuery, Path]) -> Begun:
    stated, campaign_id = asked.query, CampaignId(asked.ids["campaign_id"])
    provenance = Provenance(stated.source_class, stated.supplier, stated.collected_at)

    async def run(source: ImportSource) -> ImportReport:
        return await asked.suite.contact_imports.run(asked.actor, campaign_id, provenance, source)

    return await begin(asked, run)


async def show(asked: Asked[Nothing, Nothing]) -> View:
    import_id = ImportId(asked.ids["import_id"])
    return import_view(import_id, await asked.suite.import_reports.state(asked.actor, import_id))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="POST",
        path="/v1/campaigns/{campaign_id}/contacts",
        summary="Import a contact list. A bad row is reported and never stops the rest.",
        rights=(Right.IMPORT,),
        query=ProvenanceQuery,
        body=FileBody("text/csv", limit=LARGEST_LIST),
        answer=ReportAnswer(),
        handler=take_in,
        errors=(Conflict,),
    ),
    Endpoint(
        method="GET",
        path="/v1/imports/{import_id}",
        summary="Show what became of an import, or how far it is.",
        rights=(Right.IMPORT, Right.READ_EVIDENCE),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(ImportView),
        handler=show,
    ),
)
