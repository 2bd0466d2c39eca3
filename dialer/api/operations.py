"""The running machine over HTTP: state, halt, events, health, metrics, and the API's description.

Events are server-sent: changes of the machine and of its running campaigns. Health, metrics and the
description of the API need no token. The page for people is made from the OpenAPI document, and
loads nothing from elsewhere.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from dialer.api.http.answers import EventAnswer, JsonAnswer, Nothing, Reason, reference
from dialer.api.http.bodies import JsonBody, NoBody
from dialer.api.http.endpoint import AnyEndpoint, Asked, Endpoint, get, post
from dialer.api.http.gate import Gate
from dialer.domain.access import Right
from dialer.domain.base.errors import DialerError
from dialer.services.campaigns.progress import CampaignProgress
from dialer.services.operations.suite import Services
from dialer.services.operations.system_state import PERIOD_S, Seen, SystemState
from dialer.views.base import View
from dialer.views.campaigns import ProgressView
from dialer.views.halt import HaltView
from dialer.views.operations import AliveView, ReadyView, SystemView

_TEMPLATES = Environment(
    loader=PackageLoader("dialer.api", "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
DOCS_CSS = _TEMPLATES.get_template("docs.css").render()


def docs_page(document: dict[str, Any]) -> str:
    return _TEMPLATES.get_template("docs.html").render(document=document)


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


BY_DEFAULT = "halted over HTTP"


async def show(asked: Asked[Nothing, Nothing]) -> SystemView:
    return SystemView.of(await asked.suite.system.state(asked.actor))


async def halt(asked: Asked[Nothing, Reason]) -> HaltView:
    return HaltView.of(await asked.suite.halting.halt(asked.actor, asked.body.reason or BY_DEFAULT))


async def unhalt(asked: Asked[Nothing, Reason]) -> HaltView:
    return HaltView.of(await asked.suite.halting.unhalt(asked.actor, asked.body.reason))


METRICS_TYPE = "text/plain; version=0.0.4"


PUBLIC_MODELS = (AliveView, ReadyView)


def _get(name: str, summary: str, answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    responses = {status: {"description": "Done.", "content": content} for status, content in answers.items()}
    return {"get": {"operationId": name, "summary": summary, "security": [], "responses": responses}}


_READY = {"application/json": {"schema": reference(ReadyView)}}
_TEXT = {"schema": {"type": "string"}}
PUBLIC_PATHS = {
    "/healthz": _get(
        "healthz", "The process lives.", {"200": {"application/json": {"schema": reference(AliveView)}}}
    ),
    "/readyz": _get("readyz", "Calls can be made.", {"200": _READY, "503": _READY}),
    "/openapi.json": _get(
        "openapi", "This document.", {"200": {"application/json": {"schema": {"type": "object"}}}}
    ),
    "/docs": _get("docs", "This document, for people.", {"200": {"text/html": _TEXT}}),
}


class PublicPages:
    def __init__(self, gate: Gate, suite: Services, document: dict[str, Any]) -> None:
        self._gate = gate
        self._suite = suite
        self._document = json.dumps(document)
        self._docs = docs_page(document)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self.healthz),
            web.get("/readyz", self.readyz),
            web.get("/metrics", self.metrics),
            web.get("/openapi.json", self.openapi),
            web.get("/docs", self.docs),
            web.get("/docs.css", self.docs_css),
        ]

    async def healthz(self, _: web.Request) -> web.Response:
        """Answer 200 while the process lives and its loop turns."""
        return _json(AliveView(status="alive"), 200)

    async def readyz(self, _: web.Request) -> web.Response:
        """Answer 503 while calls are due and none can be made."""
        view = ReadyView.of(await self._suite.readiness.check())
        return _json(view, 503 if view.trouble else 200)

    async def metrics(self, request: web.Request) -> web.Response:
        await self._gate.reader_of_metrics(request)
        return web.Response(body=await self._suite.metrics.page(), headers={"Content-Type": METRICS_TYPE})

    async def openapi(self, _: web.Request) -> web.Response:
        return web.Response(text=self._document, content_type="application/json")

    async def docs(self, _: web.Request) -> web.Response:
        return web.Response(text=self._docs, content_type="text/html")

    async def docs_css(self, _: web.Request) -> web.Response:
        return web.Response(text=DOCS_CSS, content_type="text/css")


def _json(view: View, status: int) -> web.Response:
    return web.json_response(text=view.model_dump_json(), status=status)


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    get(
        "/v1/system",
        "Show the state of the machine.",
        (Right.READ_SYSTEM,),
        Nothing,
        SystemView,
        show,
    ),
    Endpoint(
        method="POST",
        path="/v1/system/halt",
        summary="Hang up every call and refuse new ones, on every PBX. Refused by nothing, not even by an unreadable body.",
        rights=(Right.HALT,),
        query=Nothing,
        body=JsonBody(Reason, optional=True, forgiving=True),
        answer=JsonAnswer(HaltView),
        handler=halt,
        urgent=True,
    ),
    post(
        "/v1/system/unhalt",
        "End a halt. It needs a reason.",
        (Right.UNHALT,),
        JsonBody(Reason),
        JsonAnswer(HaltView),
        unhalt,
    ),
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
