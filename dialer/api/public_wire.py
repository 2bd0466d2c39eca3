"""The public routes as the OpenAPI document describes them."""

from typing import Any

from dialer.api.http.answers import reference
from dialer.views.system import AliveView, ReadyView

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
