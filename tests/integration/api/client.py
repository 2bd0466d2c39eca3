"""The whole service on loopback without a PBX, and a client that checks each answer.

An answer must be as its view and the API's document describe it.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, TCPConnector, web
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from dialer.adapters.clock import SystemClock, pretending
from dialer.adapters.sql.db.migrate import upgrade
from dialer.api.app import ENDPOINTS, HEADERS_S
from dialer.api.http.server import ApiRunner
from dialer.bootstrap import Service, open_service, prepare_home
from dialer.console.app import build_site
from dialer.domain.access import LOCAL_ADMINISTRATOR, Role
from dialer.settings import Settings, TrunkSettings
from tests.harness.dates import AT_FIRST

PLENTY = 100_000.0
IDLE_S = HEADERS_S / 2
"""Seconds after which a client gives up an idle connection, well before the service does.

A POST that crosses with the end of its connection is lost: clients repeat only safe requests.
"""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """Code of a problem document."""
        return str(self.body["code"])


class Api:
    """A client. `role` chooses a token; None sends none. /openapi.json checks every reply."""

    def __init__(self, service: Service, client: ClientSession, port: int) -> None:
        self.service = service
        self.client = client
        self.port = port
        self.tokens: dict[Role, str] = {}
        self.document: Any = {}

    @property
    def admin(self) -> str:
        return self.tokens[Role.ADMIN]

    @property
    def uploads(self) -> Path:
        return self.service.settings.home / "uploads"

    async def prepare(self) -> None:
        """Make a token of each role, named as the role."""
        for role in Role:
            secret = await self.service.suite.tokens.create(LOCAL_ADMINISTRATOR, role.value, role)
            self.tokens[role] = secret
        async with self.client.get("/openapi.json") as answer:
            self.document = await answer.json()

    async def call(
        self, method: str, path: str, role: Role | None = Role.ADMIN, *, token: str | None = None, **more: Any
    ) -> Reply:
        headers = dict(more.pop("headers", {}))
        secret = token or (self.tokens[role] if role else None)
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        if isinstance(more.get("data"), bytes):
            more["data"] = BytesIO(more["data"])
        async with self.client.request(method, path, headers=headers, **more) as answer:
            text = await answer.text()
            reply = Reply(answer.status, parsed(text, answer.content_type), answer.headers)
            self.check_described(method, path.partition("?")[0], reply, answer.content_type)
        return reply

    async def get(self, path: str, role: Role | None = Role.ADMIN, **more: Any) -> Reply:
        return await self.call("GET", path, role, **more)

    async def post(self, path: str, body: Any = None, role: Role | None = Role.ADMIN, **more: Any) -> Reply:
        if body is not None:
            more["data"] = json.dumps(body).encode()
            more["headers"] = {"Content-Type": "application/json"} | dict(more.get("headers", {}))
        return await self.call("POST", path, role, **more)

    def check_described(self, method: str, path: str, reply: Reply, media: str) -> None:
        """Check that the document has the status, the kind of content and its shape."""
        operation = self.operation(method, path)
        if operation is None:
            assert reply.status in {404, 405}, f"{method} {path} is not described"
            return
        assert str(reply.status) in operation["responses"], f"{method} {path} answered {reply.status}"
        content = operation["responses"][str(reply.status)]["content"]
        assert media in content, f"{method} {path} answered {media}"
        schema = content[media]["schema"] | {"components": self.document["components"]}
        Draft202012Validator(schema).validate(reply.body)
        if reply.status < HTTPStatus.BAD_REQUEST and (view := view_of(method, path)):
            assert (
                view.model_validate_json(json.dumps(reply.body), strict=True).model_dump(mode="json")
                == reply.body
            )

    def operation(self, method: str, path: str) -> Any:
        for template, item in self.document["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in item:
                return item[method.lower()]
        return None


def view_of(method: str, path: str) -> type[BaseModel] | None:
    """Return the view that a route declares."""
    for endpoint in ENDPOINTS:
        if endpoint.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", endpoint.path), path):
            return endpoint.answer.model
    return None


def parsed(text: str, media: str) -> Any:
    return json.loads(text) if media.endswith("json") else text


@asynccontextmanager
async def running_api(
    home: Path, *, rate_limit: float = PLENTY, clock: SystemClock | None = None, database_url: str = ""
) -> AsyncIterator[Api]:
    """Run a service with one trunk on loopback, and no PBX.

    Unless said otherwise, it is `AT_FIRST`, and the database is SQLite's.
    """
    prepare_home(home)
    (home / "uploads").mkdir()
    settings = Settings(
        home=home,
        database_url=database_url or f"sqlite:///{home / 'dialer.db'}",
        token="",
        rate_limit=rate_limit,
        pbxs=(),
        trunks=(TrunkSettings(name="default", pbx=("pbx1",), host="127.0.0.1:5080"),),
    )
    await upgrade(settings.database_url)
    async with (
        open_service(settings, clock=clock or pretending(AT_FIRST)) as service,
        served(service) as port,
        ClientSession(f"http://127.0.0.1:{port}", connector=TCPConnector(keepalive_timeout=IDLE_S)) as client,
    ):
        api = Api(service, client, port)
        await api.prepare()
        yield api


@asynccontextmanager
async def served(service: Service) -> AsyncIterator[int]:
    rate_limit, uploads = service.settings.rate_limit, service.settings.home / "uploads"
    runner = ApiRunner(build_site(service.suite, service.clock, rate_limit=rate_limit, uploads=uploads))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
