"""The public routes as the OpenAPI document describes them."""

from typing import Any, Literal

from dialer.api.http.answers import reference
from dialer.api.http.wire import Wire


class Alive(Wire):
    status: Literal["alive"]


class PartView(Wire):
    """Of the machine: database, ledger, retention, disk, clock, each PBX, each side job, event loop."""

    part: str
    ok: bool
    detail: str


class Ready(Wire):
    """`trouble`: why no call can be made, one line each. A part that is not `ok` need not stop calls."""

    status: Literal["ready", "not ready"]
    trouble: list[str]
    parts: list[PartView]


PUBLIC_MODELS = (Alive, Ready)


def _get(name: str, summary: str, answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    responses = {status: {"description": "Done.", "content": content} for status, content in answers.items()}
    return {"get": {"operationId": name, "summary": summary, "security": [], "responses": responses}}


_READY = {"application/json": {"schema": reference(Ready)}}
_TEXT = {"schema": {"type": "string"}}
PUBLIC_PATHS = {
    "/healthz": _get(
        "healthz", "The process lives.", {"200": {"application/json": {"schema": reference(Alive)}}}
    ),
    "/readyz": _get("readyz", "Calls can be made.", {"200": _READY, "503": _READY}),
    "/openapi.json": _get(
        "openapi", "This document.", {"200": {"application/json": {"schema": {"type": "object"}}}}
    ),
    "/docs": _get("docs", "This document, for people.", {"200": {"text/html": _TEXT}}),
}
