"""Call-back probes over HTTP: test calls to the numbers that a campaign shows."""

from dialer.api.http.answers import Nothing, Page
from dialer.api.http.endpoint import AnyEndpoint, Asked, get
from dialer.api.http.parsing import page, read_cursor
from dialer.domain.access import Right
from dialer.domain.base.types import CampaignId, ProbeId
from dialer.domain.probes.probe import Probe
from dialer.views.probes import ProbeList, ProbeView


async def index(asked: Asked[Page, Nothing]) -> ProbeList:
    async def read(after: str | None, limit: int) -> list[Probe]:
        campaign = CampaignId(asked.ids["campaign_id"])
        return await asked.suite.probing.page(
            asked.actor, campaign, after=ProbeId(after) if after else None, limit=limit
        )

    after = read_cursor(asked.query.cursor, "probe_id")
    return await page(read, after, asked.query.limit, ProbeView.of, lambda probe: probe.id, ProbeList)


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    get(
        "/v1/campaigns/{campaign_id}/probes",
        "List the call-back probes of the numbers that a campaign shows, in order of their calls.",
        (Right.READ_CAMPAIGNS,),
        Page,
        ProbeList,
        index,
    ),
)
