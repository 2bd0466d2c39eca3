"""Retention of personal data: past and coming erasures."""

from dialer.api.http.endpoint import AnyEndpoint, Asked, get
from dialer.api.http.wire import Nothing
from dialer.domain.access.roles import Right
from dialer.views.retention import RetentionView


async def show(asked: Asked[Nothing, Nothing]) -> RetentionView:
    return RetentionView.of(await asked.suite.retention.status(asked.actor))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    get(
        "/v1/retention",
        "Show when personal data was erased, and when it will be.",
        (Right.READ_EVIDENCE,),
        Nothing,
        RetentionView,
        show,
    ),
)
