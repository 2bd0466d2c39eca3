"""Call records: masked for those who may not see whole numbers."""

from pydantic import Field

from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import NoBody
from dialer.api.http.cursors import page, read_cursor
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Instant, Name, Nothing, Page, Phone, Wire
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.attempt import AttemptState, Result
from dialer.domain.calls.call_events import DialStatus
from dialer.services.calls.call_records import CallQuery


class CallsQuery(Page):
    campaign: Name | None = None
    phone_number: Phone | None = None


class KeyView(Wire):
    """`at_ms`: since the answer."""

    key: str
    at_ms: int | None


class PromptView(Wire):
    """Milliseconds since the answer; `completed`: heard to its end."""

    name: str
    sha256: str | None
    started_ms: int | None
    ended_ms: int | None
    completed: bool


class CallView(Wire):
    """One attempt. `phone_number` is masked for operators and campaigners."""

    attempt_id: str
    campaign_id: str
    contact: str | None
    phone_number: str
    decided_at: Instant
    originated_at: Instant | None
    ringing_at: Instant | None
    answered_at: Instant | None
    ended_at: Instant | None
    state: AttemptState
    dial_status: DialStatus | None
    hangup_cause: int | None = Field(description="Q.850")
    sip_code: int | None
    result: Result | None
    lapse_reason: str | None
    keys: list[KeyView]
    prompts: list[PromptView]
    notice_end_ms: int | None
    end_reason: str | None
    ended_outside_window: bool
    caller_id: str
    trunk: str
    pbx: str
    rule_pack: str
    decision_hash: str
    ledger_index: int | None


class CallList(Wire):
    items: list[CallView]
    next_cursor: str | None


async def index(asked: Asked[CallsQuery, Nothing]) -> View:
    query = asked.query

    async def read(after: str | None, limit: int) -> list[View]:
        sought = CallQuery(
            campaign_id=CampaignId(query.campaign) if query.campaign else None,
            phone_number=query.phone_number,
            after=AttemptId(after) if after else None,
            limit=limit,
        )
        return await asked.suite.calls.page(asked.actor, sought)

    after = read_cursor(query.cursor, "attempt_id")
    return await page(read, after, query.limit, dict, lambda record: str(record["attempt_id"]))


async def show(asked: Asked[Nothing, Nothing]) -> View:
    return await asked.suite.calls.get(asked.actor, AttemptId(asked.ids["attempt_id"]))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="GET",
        path="/v1/calls",
        summary="List calls in order of decision.",
        rights=(Right.READ_CALLS,),
        query=CallsQuery,
        body=NoBody(),
        answer=JsonAnswer(CallList),
        handler=index,
        errors=(NotFound,),
    ),
    Endpoint(
        method="GET",
        path="/v1/calls/{attempt_id}",
        summary="Show a call.",
        rights=(Right.READ_CALLS,),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(CallView),
        handler=show,
    ),
)
