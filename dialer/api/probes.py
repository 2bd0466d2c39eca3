"""Call-back probes: whether the numbers that a campaign shows reach its call-back line."""

from dialer.api.answers import JsonAnswer, View
from dialer.api.bodies import NoBody
from dialer.api.cursors import page, read_cursor
from dialer.api.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.probe_wire import ProbeList
from dialer.api.wire import Nothing, Page
from dialer.domain.access import Right
from dialer.domain.campaign import CampaignId
from dialer.domain.probe import ProbeId
from dialer.services.views.probe import probe_view


async def index(asked: Asked[Page, Nothing]) -> View:
    limit, after = asked.query.limit, read_cursor(asked.query.cursor, "probe_id")
    found = await asked.suite.probing.page(
        asked.actor,
        CampaignId(asked.ids["campaign_id"]),
        after=ProbeId(after) if after else None,
        limit=limit + 1,
    )
    return page(found, limit, probe_view, lambda probe: probe.id)


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
