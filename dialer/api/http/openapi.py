"""The OpenAPI 3.1 document, made from the same declarations that run the routes."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from dialer.api.http import problems
from dialer.api.http.answers import reference
from dialer.api.http.bodies import JsonBody, NoBody
from dialer.api.http.endpoint import AnyEndpoint
from dialer.api.http.gate import IDEMPOTENCY_KEY
from dialer.api.http.parsing import PATH_IDS
from dialer.api.operations import PUBLIC_MODELS, PUBLIC_PATHS
from dialer.domain.base.errors import (
    Conflict,
    DialerError,
    Forbidden,
    InvalidInput,
    NotFound,
    Unauthenticated,
    Unavailable,
)

if TYPE_CHECKING:
    from pydantic import BaseModel

JsonObject = dict[str, Any]
_ID = re.compile(r"\{(\w+)\}")
KEY_PARAMETER: JsonObject = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "description": "The same key with the same request gives the same answer again, for 24 hours.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


def describe(endpoints: Sequence[AnyEndpoint], version: str) -> JsonObject:
    """Return the whole document, as JSON."""
    paths: dict[str, JsonObject] = {path: dict(item) for path, item in PUBLIC_PATHS.items()}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "dialer", "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas(endpoints),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def operation(endpoint: AnyEndpoint) -> JsonObject:
    described: JsonObject = {
        "operationId": f"{endpoint.handler.__module__.rpartition('.')[2]}_{endpoint.handler.__name__}",
        "summary": endpoint.summary,
        "description": f"Needs the right to {' or to '.join(endpoint.rights)}.",
        "security": [{"token": []}],
        "parameters": parameters(endpoint),
        "responses": {str(endpoint.answer.status): success(endpoint)} | refusals(endpoint),
    }
    if body := endpoint.body.describe():
        described["requestBody"] = body
    return described


def parameters(endpoint: AnyEndpoint) -> list[JsonObject]:
    found: list[JsonObject] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{PATH_IDS[name].pattern}$"},
        }
        for name in _ID.findall(endpoint.path)
    ]
    schema = endpoint.query.model_json_schema()
    required = schema.get("required", ())
    found += [
        {"name": name, "in": "query", "required": name in required, "schema": field}
        for name, field in schema.get("properties", {}).items()
    ]
    if endpoint.method == "POST" and not endpoint.urgent:
        found.append(KEY_PARAMETER)
    return found


def success(endpoint: AnyEndpoint) -> JsonObject:
    answer: JsonObject = {"description": "Done.", "content": endpoint.answer.describe()}
    if endpoint.answer.location:
        answer["headers"] = {"Location": {"schema": {"type": "string"}}}
    return answer


def refusals(endpoint: AnyEndpoint) -> dict[str, JsonObject]:
    """Return every problem that this route may answer, by status."""
    statuses = sorted({problems.status_of(kind) for kind in errors_of(endpoint)})
    return {str(int(status)): problem(status.phrase) for status in statuses}


def errors_of(endpoint: AnyEndpoint) -> set[type[DialerError]]:
    """Return the declared errors, and the ones that follow from the shape of the route."""
    errors: set[type[DialerError]] = {Unauthenticated, Forbidden, Unavailable, *endpoint.errors}
    if "{" in endpoint.path:
        errors.add(NotFound)
    if endpoint.urgent:
        return errors
    errors |= {problems.TooManyRequests, InvalidInput}
    if not isinstance(endpoint.body, NoBody):
        errors |= {problems.TooLarge, problems.TooSlow}
    if isinstance(endpoint.body, JsonBody) and not endpoint.body.any_type:
        errors.add(problems.WrongMediaType)
    if endpoint.method == "POST":
        errors.add(Conflict)
    return errors


def problem(phrase: str) -> JsonObject:
    return {
        "description": phrase,
        "content": {problems.MEDIA_TYPE: {"schema": reference(problems.ProblemDocument)}},
    }


def schemas(endpoints: Sequence[AnyEndpoint]) -> JsonObject:
    """Return every model, under its own name."""
    models: set[type[BaseModel]] = {problems.ProblemDocument, *PUBLIC_MODELS}
    for endpoint in endpoints:
        models |= {model for model in (endpoint.body.model, endpoint.answer.model) if model}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, found = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    definitions: JsonObject = found["$defs"]
    return definitions
