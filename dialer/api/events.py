"""Server-sent events: changes of the machine and of its running campaigns."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from dialer.api.http.answers import EventAnswer
from dialer.api.http.bodies import NoBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint
from dialer.api.http.wire import Nothing
from dialer.domain.access.roles import Right
from dialer.domain.base.errors import DialerError
from dialer.services.campaigns.progress import CampaignProgress
from dialer.services.operations.feed import PERIOD_S, Seen
from dialer.services.operations.system_state import SystemState
from dialer.views.campaign import ProgressView
from dialer.views.system import SystemView

QUIET_PERIODS = 15
"""Periods without news before a comment goes out, which shows up a dead connection."""
LONGEST_PERIODS = 900
"""Periods before the stream ends. The reader comes back with its token, unless that was revoked."""


async def follow(asked: Asked[Nothing, Nothing]) -> AsyncIterator[str]:
    return changes(asked)


async def changes(asked: Asked[Nothing, Nothing]) -> AsyncIterator[str]:
    """Yield `system` and `progress` events, each with the JSON of its route.

    All come first, then each change. The machine's time is left out: it always changes.
    """
    shown: Seen = {}
    for period in range(LONGEST_PERIODS):
        try:
            seen = await asked.suite.feed.seen(asked.actor)
        except DialerError as error:
            yield event("trouble", {"code": error.code, "detail": str(error)})
            return
        for key, found in seen.items():
            if shown.get(key) != found:
                yield news(found)
        shown = seen
        if period % QUIET_PERIODS == QUIET_PERIODS - 1:
            yield ": still here\n\n"
        await asyncio.sleep(PERIOD_S)


def news(found: SystemState | CampaignProgress) -> str:
    if isinstance(found, CampaignProgress):
        return event("progress", ProgressView.of(found).document())
    return event("system", SystemView.of(found).model_dump(mode="json", exclude={"now"}))


def event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        method="GET",
        path="/v1/events",
        summary="Follow the machine (`system`) and its running campaigns (`progress`) as server-sent events.",
        rights=(Right.READ_SYSTEM,),
        query=Nothing,
        body=NoBody(),
        answer=EventAnswer(),
        handler=follow,
        viewed=True,
    ),
)
