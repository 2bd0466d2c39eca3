"""Contact lists: the streamed import with its provenance, and its report."""

from pathlib import Path

from dialer.api.http.bodies import MIB, FileBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint, get
from dialer.api.http.wire import Instant, Name, Nothing, Wire
from dialer.api.importing import Begun, ReportAnswer, begin
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import CampaignId, ImportId
from dialer.services.consent.contact_import import Provenance
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import ImportSource
from dialer.views.consent import ImportView

LARGEST_LIST = 2048 * MIB


class ProvenanceQuery(Wire):
    """Provenance of the list, as its supplier states it (FP-30)."""

    source_class: str
    supplier: Name
    collected_at: Instant


async def take_in(asked: Asked[ProvenanceQuery, Path]) -> Begun:
    stated, campaign_id = asked.query, CampaignId(asked.ids["campaign_id"])
    provenance = Provenance(stated.source_class, stated.supplier, stated.collected_at)

    async def run(source: ImportSource) -> ImportReport:
        return await asked.suite.contact_imports.run(asked.actor, campaign_id, provenance, source)

    return await begin(asked, run)


async def show(asked: Asked[Nothing, Nothing]) -> ImportView:
    import_id = ImportId(asked.ids["import_id"])
    return ImportView.of(import_id, await asked.suite.import_reports.state(asked.actor, import_id))


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
    get(
        "/v1/imports/{import_id}",
        "Show what became of an import, or how far it is.",
        (Right.IMPORT, Right.READ_EVIDENCE),
        Nothing,
        ImportView,
        show,
    ),
)
