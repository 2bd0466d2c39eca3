"""Requests made from the OpenAPI document itself.

They find no fault of the server, and no answer that the document does not describe.
"""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dialer.domain.access import Role
from tests.harness.patience import SOON_S
from tests.integration.api.bodies import new_campaign
from tests.integration.api.client import running_api

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDLESS = "/v1/events"
"""The route of an endless answer has a test of its own."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running service. `token` is an administrator's, whose mistakes reach deepest.

    `campaign` is the id of a draft.
    """

    address: str
    token: str
    campaign: str


class Background:
    """The service on a loop of its own: schemathesis waits for its answers in this thread."""

    def __init__(self) -> None:
        self.ready: Future[Served] = Future()
        self.loop = asyncio.new_event_loop()
        self.over = asyncio.Event()

    async def serve(self, folder: Any) -> None:
        async with running_api(folder) as api:
            campaign = await new_campaign(api)
            self.ready.set_result(Served(f"http://127.0.0.1:{api.port}", api.tokens[Role.ADMIN], campaign))
            await self.over.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    background = Background()
    work = background.serve(tmp_path_factory.mktemp("home"))
    thread = threading.Thread(target=background.loop.run_until_complete, args=(work,))
    thread.start()
    try:
        yield background.ready.result(SOON_S)
    finally:
        background.loop.call_soon_threadsafe(background.over.set)
        thread.join()
        background.loop.close()


@schemathesis.serializer("audio/*", "text/csv")
def as_it_is(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """Send files as bytes."""
    return bytes(value.data) if hasattr(value, "data") else str(value).encode("utf-8", "surrogatepass")


PATIENT = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_answers_as_its_document_says(mode: GenerationMode, served: Served) -> None:
    """Send requests as described, and requests that are not."""
    headers = {"Authorization": f"Bearer {served.token}"}
    document = schemathesis.openapi.from_url(f"{served.address}/openapi.json").exclude(path=ENDLESS)
    operations = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 25
    for operation in operations:

        @PATIENT
        @given(case=operation.as_strategy(generation_mode=mode))
        def answers_as_described(case: schemathesis.Case[Any]) -> None:
            if mode is GenerationMode.POSITIVE and "campaign_id" in case.path_parameters:
                case.path_parameters["campaign_id"] = served.campaign
            answer = case.call(base_url=served.address, headers=headers, timeout=SOON_S)
            case.validate_response(answer, checks=CHECKS)

        # A route that takes nothing cannot be asked wrongly.
        with suppress(Unsatisfiable):
            answers_as_described()
