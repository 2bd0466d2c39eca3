"""Call records over HTTP, masked for tokens that may not see whole numbers."""

from dialer.api.http.answers import Nothing, Page, Phone, WireName
from dialer.api.http.endpoint import AnyEndpoint, Asked, get
from dialer.api.http.parsing import page, read_cursor
from dialer.domain.access import Right
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.services.calls.call_records import CallQuery, CallRecord
from dialer.views.calls import CallList, CallView


class CallsQuery(Page):
    campaign: WireName | None = None
    phone_number: Phone | None = None


async def index(asked: Asked[CallsQuery, Nothing]) -> CallList:
    query = asked.query

    async def read(after: str | None, limit: int) -> list[CallRecord]:
        sought = CallQuery(
            campaign_id=CampaignId(query.campaign) if query.campaign else None,
            phone_number=query.phone_number,
            after=AttemptId(after) if after else None,
            limit=limit,
        )
        return await asked.suite.calls.page(asked.actor, sought)

    after = read_cursor(query.cursor, "attempt_id")
    return await page(read, after, query.limit, CallView.of, lambda record: record.attempt.id, CallList)


async def show(asked: Asked[Nothing, Nothing]) -> CallView:
    return CallView.of(await asked.suite.calls.get(asked.actor, AttemptId(asked.ids["attempt_id"])))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    get(
        "/v1/calls",
        "List calls in order of decision.",
        (Right.READ_CALLS,),
        CallsQuery,
        CallList,
        index,
        errors=(NotFound,),
    ),
    get("/v1/calls/{attempt_id}", "Show a call.", (Right.READ_CALLS,), Nothing, CallView, show),
)
