"""Routes without a token: health, metrics, and the description of the API."""

import json
from typing import Any

from aiohttp import web

from dialer.api.http.answers import reference
from dialer.api.http.docs import DOCS_CSS, docs_page
from dialer.api.http.gate import Gate
from dialer.services.operations.suite import Services
from dialer.views.base import View
from dialer.views.system import AliveView, ReadyView

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
        view = ReadyView.of(await self._suite.readiness.look())
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
