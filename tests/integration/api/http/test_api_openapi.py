"""The description of the API."""

import json
import re

from jsonschema import Draft202012Validator

from dialer.api.app import ENDPOINTS
from dialer.api.http.answers import reference
from dialer.views.base import View
from tests.integration.api.client import Api


async def test_every_reference_in_the_document_leads_to_a_schema(api: Api) -> None:
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(api.document)))
    assert referred
    assert referred <= set(api.document["components"]["schemas"])
    assert '"#/$defs' not in json.dumps(api.document)


async def test_every_schema_is_one(api: Api) -> None:
    for schema in api.document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


async def test_every_operation_has_a_name_of_its_own(api: Api) -> None:
    names = [op["operationId"] for item in api.document["paths"].values() for op in item.values()]
    assert len(names) == len(set(names))


async def test_every_route_under_v1_asks_for_a_token_and_says_what_it_may_refuse(api: Api) -> None:
    for path, item in api.document["paths"].items():
        for operation in item.values():
            if path.startswith("/v1"):
                assert operation["security"] == [{"token": []}]
                assert {"401", "403", "503"} <= set(operation["responses"])
            if "requestBody" in operation and "halt" not in path.rpartition("/")[2]:
                assert {"413", "422"} <= set(operation["responses"])


async def test_the_page_for_people_shows_every_route_and_loads_nothing_from_elsewhere(api: Api) -> None:
    reply = await api.get("/docs", None)
    for path in api.document["paths"]:
        assert f"<code>{path}</code>" in reply.body
    loaded = re.findall(r'(?:src|href)="([^"#]+)"', reply.body)
    assert set(loaded) == {"/docs.css", "/openapi.json"}
    assert "<script" not in reply.body
    assert "style=" not in reply.body
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'self'")
    async with api.client.get("/docs.css") as answer:
        assert (answer.status, answer.content_type) == (200, "text/css")


async def test_the_example_of_every_answer_is_as_its_schema_says(api: Api) -> None:
    shown = {view for endpoint in ENDPOINTS if (view := endpoint.answer.model) and issubclass(view, View)}
    assert len(shown) > 20
    for view in shown:
        Draft202012Validator(reference(view) | {"components": api.document["components"]}).validate(
            view.example()
        )
