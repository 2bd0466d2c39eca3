"""A browser without a screen, with cookies and forms, that follows no redirect unseen."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape

from aiohttp import ClientSession, CookieJar, TCPConnector

from dialer.domain.access import Role
from tests.integration.api.client import IDLE_S, Api

ENGLISH = {"Accept-Language": "en"}


@dataclass(frozen=True, slots=True)
class Seen:
    status: int
    text: str
    location: str

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        assert found, "the page has no form"
        return unescape(found[1])


class Visitor:
    def __init__(self, client: ClientSession) -> None:
        self.client = client

    async def get(self, path: str, **headers: str) -> Seen:
        async with self.client.get(path, headers=ENGLISH | headers, allow_redirects=False) as answer:
            return Seen(answer.status, await answer.text(), answer.headers.get("Location", ""))

    async def post(self, path: str, **form: str) -> Seen:
        async with self.client.post(path, data=form, headers=ENGLISH, allow_redirects=False) as answer:
            return Seen(answer.status, await answer.text(), answer.headers.get("Location", ""))

    async def log_in(self, token: str) -> Seen:
        return await self.post("/login", token=token)


@asynccontextmanager
async def visiting(api: Api, role: Role | None = None) -> AsyncIterator[Visitor]:
    """Visit, logged in with the role's token where one is named."""
    jar = CookieJar(unsafe=True)
    connector = TCPConnector(keepalive_timeout=IDLE_S)
    url = f"http://127.0.0.1:{api.port}"
    async with ClientSession(url, cookie_jar=jar, connector=connector) as client:
        visitor = Visitor(client)
        if role:
            assert (await visitor.log_in(api.tokens[role])).status == 303
        yield visitor
