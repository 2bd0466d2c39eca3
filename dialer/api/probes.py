"""Call-back probes: whether the numbers that a campaign shows reach its call-back line."""

from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import NoBody
from dialer.api.http.cursors import page, read_cursor
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Nothing, Page
from dialer.api.probe_wire import ProbeList
from dialer.domain.access.roles import Right
from dialer.domain.base.types import CampaignId, ProbeId
from dialer.domain.probes.probe import Probe
from dialer.services.views.probe import probe_view


async def index(asked: Asked[Page, Nothing]) -> View:
    async def read(after: str | None, limit: int) -> list[Probe]:
        campaign = CampaignId(asked.ids["campaign_id"])
        return await asked.suite.probing.page(
            asked.actor, campaign, after=ProbeId(after) if after else None, limit=limit
        )

    after = read_cursor(asked.query.cursor, "probe_id")
    return await page(read, after, asked.query.limit, probe_view, lambda probe: probe.id)


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="GET",
        path="/v1/campaigns/{campaign_id}/probes",
        summary="List the call-back probes of the numbers that a campaign shows, in order of their calls.",
        rights=(Right.READ_CAMPAIGNS,),
        query=Page,
        body=NoBody(),
        answer=JsonAnswer(ProbeList),
        handler=index,
    ),
)
