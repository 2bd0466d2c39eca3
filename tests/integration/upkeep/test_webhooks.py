"""Notifications to a real HTTP server: signed, tried again, never with a number."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from dialer.adapters.clock import pretending
from dialer.adapters.sql.db.migrate import upgrade
from dialer.bootstrap import Links, Service, notifying, open_service, prepare_home
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import BadSettings
from dialer.domain.oppositions.suppression import OppositionChannel
from dialer.services.oppositions.statements import StatedOpposition
from dialer.settings import Settings, WebhookSettings
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S

pytestmark = pytest.mark.usefixtures("a_busy_disk_is_waited_for")

SECRET = "not so secret"
NUMBER = "+33199000001"


@dataclass(slots=True)
class Receiver:
    """A server that answers with `statuses` in turn, then 204."""

    statuses: list[int] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.received.append((dict(request.headers), await request.read()))
        status = self.statuses.pop(0) if self.statuses else 204
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async def until(self, count: int) -> list[Any]:
        async with asyncio.timeout(SOON_S):
            while len(self.received) < count:
                await asyncio.sleep(0.02)
        return [json.loads(body) for _, body in self.received]


@asynccontextmanager
async def receiving(*statuses: int) -> AsyncIterator[Receiver]:
    receiver = Receiver(list(statuses))
    app = web.Application()
    app.router.add_post("/{any:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook?token=secret"
        yield receiver
    finally:
        await runner.cleanup()


@asynccontextmanager
async def telling(home: Path, *urls: str) -> AsyncIterator[Service]:
    """A service without a PBX whose loops run."""
    prepare_home(home)
    (home / "hook.secret").write_text(SECRET + "\n")
    settings = Settings(
        home=home,
        database_url=f"sqlite:///{home / 'dialer.db'}",
        token="",
        rate_limit=50,
        pbxs=(),
        trunks=(),
        webhooks=tuple(WebhookSettings(url=url, secret_file="hook.secret") for url in urls),
    )
    await upgrade(settings.database_url)
    async with open_service(settings, links=Links.DRIVEN) as service:
        stop = asyncio.Event()
        running = asyncio.create_task(service.engine.run(stop))
        yield service
        stop.set()
        await running


async def object_to_calls(service: Service) -> None:
    objection = StatedOpposition(NUMBER, OppositionChannel.LETTER, note=f"from {NUMBER}")
    await service.suite.suppressions.add(LOCAL_ADMINISTRATOR, objection)


async def test_an_opt_out_is_told_as_a_signed_cloud_event_without_the_number(tmp_path: Path) -> None:
    async with receiving() as receiver, telling(tmp_path, receiver.url) as service:
        await object_to_calls(service)
        (event,) = await receiver.until(1)
    headers, body = receiver.received[0]
    assert headers["Content-Type"].startswith("application/cloudevents+json")
    assert (event["specversion"], event["type"], event["source"]) == ("1.0", "dialer.opt_out", "/dialer")
    assert event["data"] | {"received_at": ""} == {
        "sponsor": None,
        "channel": "letter",
        "received_at": "",
        "source": None,
    }
    assert NUMBER.removeprefix("+") not in body.decode()
    stamp, _, digest = headers["Dialer-Signature"].partition(",v1=")
    signed = f"{stamp.removeprefix('t=')}.".encode() + body
    assert hmac.compare_digest(digest, hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest())


async def test_a_refused_or_redirected_notification_is_sent_again_until_it_is_taken(tmp_path: Path) -> None:
    async with receiving(500, 302) as receiver, telling(tmp_path, receiver.url) as service:
        await object_to_calls(service)
        events = await receiver.until(3)
        async with asyncio.timeout(SOON_S):
            while await ActStore.over(service.store).outbox.waiting():
                await asyncio.sleep(0.05)
    assert len({event["id"] for event in events}) == 1


async def test_what_was_not_told_before_the_end_is_told_after_the_next_start(tmp_path: Path) -> None:
    async with receiving() as receiver:
        async with telling(tmp_path, receiver.url) as service:
            settings = service.settings
        async with open_service(settings) as command:
            await command.suite.halting.halt(LOCAL_ADMINISTRATOR, "complaints")
        assert receiver.received == []
        async with telling(tmp_path, receiver.url):
            (event,) = await receiver.until(1)
    assert (event["type"], event["data"]) == ("dialer.halted", {"by": "local administrator"})


async def test_an_endpoint_that_is_away_holds_up_no_other(tmp_path: Path) -> None:
    async with receiving() as away:
        gone = away.url
    async with receiving() as receiver, telling(tmp_path, gone, receiver.url) as service:
        await object_to_calls(service)
        await receiver.until(1)
        async with asyncio.timeout(SOON_S):
            while await ActStore.over(service.store).outbox.waiting() != 1:
                await asyncio.sleep(0.05)


async def test_what_is_left_for_an_endpoint_that_is_gone_is_given_up_in_the_end(tmp_path: Path) -> None:
    async with receiving() as receiver, telling(tmp_path, receiver.url) as service:
        settings = service.settings
    async with open_service(settings) as command:
        await command.suite.halting.halt(LOCAL_ADMINISTRATOR, "complaints")
    alone = settings.model_copy(update={"webhooks": ()})
    for days, waiting in ((3, 1), (5, 0)):
        clock = pretending(datetime.now(UTC) + timedelta(days=days))
        async with open_service(alone, clock=clock) as later, notifying(alone, later.store, clock) as left:
            await left.clear_left()
            assert await ActStore.over(later.store).outbox.waiting() == waiting


async def test_a_secret_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    webhook = WebhookSettings(url="https://example.org/hook", secret_file="absent")
    async with telling(tmp_path) as service:
        settings = service.settings.model_copy(update={"webhooks": (webhook,)})
    with pytest.raises(BadSettings, match="absent"):
        async with open_service(settings, links=Links.DRIVEN):
            pass


@pytest.mark.parametrize("url", ["http://example.org/hook", "ftp://127.0.0.1/", "hook", "https:///hook"])
def test_an_address_that_is_none_or_unencrypted_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        WebhookSettings(url=url, secret_file="hook.secret")


@pytest.mark.parametrize(
    "host",
    [
        "a..b",
        "-a.b",
        "a" * 64 + ".b",
        "exa_mple..",
        "a b",
        "a:99999",
        "a:0",
        "[::1",
        ".b",
        "*",
        "a%2e%2eb",
        "é" * 80,
    ],
)
def test_a_host_that_nobody_can_ask_for_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r"url|host|[Pp]ort|IPv6"):
        WebhookSettings(url=f"https://{host}/hook", secret_file="hook.secret")


@pytest.mark.parametrize(
    "host", ["a.b", "élection.example", "127.0.0.1:8080", "[::1]:9", "a.b.", "xn--lection-9xa.example"]
)
def test_a_host_that_can_be_asked_for_is_taken(host: str) -> None:
    WebhookSettings(url=f"https://{host}/hook", secret_file="hook.secret")
