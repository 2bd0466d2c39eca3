"""Call-back probes: whether the numbers that a campaign shows reach its call-back line."""

from dialer.api.answers import JsonAnswer, View
from dialer.api.bodies import NoBody
from dialer.api.cursors import page, read_cursor
from dialer.api.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.probe_wire import ProbeList
from dialer.api.wire import Nothing, Page
from dialer.domain.access import Right
from dialer.domain.campaign import CampaignId
from dialer.domain.probe import Probe, ProbeId
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
