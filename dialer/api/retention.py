"""How long personal data stays: what was erased, and what comes next."""

from dialer.api.http.answers import JsonAnswer, View
from dialer.api.http.bodies import NoBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Instant, Nothing, Wire
from dialer.domain.access.roles import Right
from dialer.services.views.retention import status_view


class RunView(Wire):
    """One run. `ended_at` null: it is at work, or died. `error` null: all went well."""

    started_at: Instant
    ended_at: Instant | None
    contacts_erased: int
    consents_erased: int
    keys_destroyed: int
    error: str | None


class KeptListView(Wire):
    """An imported list of which contacts are left."""

    import_id: str
    campaign_id: str
    imported_at: Instant
    erased_before: Instant


class RetentionView(Wire):
    """`next_run_at` null: never, while time is pretended. `campaigns_blocked`: erasing has failed for more than 72 hours."""

    last_run: RunView | None
    next_run_at: Instant | None
    failing_since: Instant | None
    overdue: int
    campaigns_blocked: bool
    lists: list[KeptListView]


async def show(asked: Asked[Nothing, Nothing]) -> View:
    return status_view(await asked.suite.retention.status(asked.actor))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="GET",
        path="/v1/retention",
        summary="Show when personal data was erased, and when it will be.",
        rights=(Right.READ_EVIDENCE,),
        query=Nothing,
        body=NoBody(),
        answer=JsonAnswer(RetentionView),
        handler=show,
    ),
)
