"""No request of any allowed size holds the event loop for more than 50 ms.

Halts, pauses and nines wait behind none. The time is CPU time of the loop's thread, scaled with the
processor (`tests/harness/held.py`), so no load of the machine fails it.
"""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from dialer.api.app import ENDPOINTS
from dialer.api.http.authentication import SESSION
from dialer.api.http.bodies import FileBody, JsonBody, NoBody
from dialer.api.http.endpoint import AnyEndpoint
from dialer.console.app import SCREENS
from dialer.domain.base.types import AttemptId, CampaignId, ImportId, PhoneNumber
from dialer.domain.calls.attempt import AttemptState
from dialer.domain.calls.call_events import TraceStep
from dialer.domain.calls.retry import ClosedReason, ContactClosed
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.domain.campaigns.script import PROMPT_OF_KEY
from dialer.ports.records import Progression
from tests.harness.acts import ActStore
from tests.harness.held import held, slowness
from tests.integration.api.bodies import CONSENT, CSV_HEAD, campaign_body, new_campaign, objection_body
from tests.integration.api.client import Api, running_api
from tests.integration.called import HEARD
from tests.samples.calls import permit
from tests.samples.campaigns import NOW
from tests.samples.campaigns import campaign as drafted
from tests.samples.people import consent, number, suppression

LIMIT_S = 0.050
TRIES = 3
"""Tries of one request; the shortest counts.

A page not in memory, a first import, a collection of garbage are no fault of it.
"""
MIB = 1024 * 1024
Shape = Callable[[int], bytes]


def filled(begin: bytes, unit: Callable[[int], bytes], end: bytes, size: int) -> bytes:
    """Join as many units as `size` bytes hold."""
    units: list[bytes] = []
    left = size - len(begin) - len(end)
    while left > (needed := len(one := unit(len(units))) + 1):
        units.append(one)
        left -= needed
    return begin + b",".join(units) + end


def keys(size: int) -> bytes:
    return filled(b"{", lambda i: b'"k%d":0' % i, b"}", size)


def few_keys(_: int) -> bytes:
    return filled(b"{", lambda i: b'"k%d":0' % i, b"}", 20_000)


SHAPES: dict[str, Shape] = {
    "unknown keys": keys,
    "nearly too many keys": few_keys,
    "numbers": lambda size: filled(b"[", lambda _: b"1", b"]", size),
    "objects": lambda size: filled(b"[", lambda _: b"{}", b"]", size),
    "items": lambda size: filled(b'{"items":[', lambda _: b"{}", b"]}", size),
    "wrong items": lambda size: filled(b'{"items":[', lambda i: b'{"k%d":1,"l":2}' % i, b"]}", size),
    "empty strings": lambda size: b'{"note":' + b'""' * (size // 2 - 10) + b"}",
    "a string without end": lambda size: b'{"note":"' + b'\\"' * (size // 2 - 10),
    "escapes": lambda size: b'{"note":"' + b"\\u00e9" * (size // 6 - 10) + b'"}',
    "a depth": lambda size: b"[" * size,
    "a number": lambda size: b'{"received_at":' + b"1" * (size - 20) + b"}",
    "a key": lambda size: b'{"' + b"1 " * (size // 2 - 10) + b'":1}',
    "nothing": lambda size: b" " * size,
    "no text": lambda size: b"\xff" * size,
}
FULL: dict[str, dict[str, Any]] = {
    "/v1/campaigns": campaign_body(),
    "/v1/suppressions": objection_body(),
    "/v1/consents/withdraw": objection_body(),
    "/v1/suppressions/remove": {"phone_number": "+33199000001", "reason": "x"},
    "/v1/webhooks/sms": {"from": "+33199000001", "text": "x"},
    "/v1/system/unhalt": {"reason": "x"},
    "/v1/system/halt": {"reason": "x"},
    "/v1/campaigns/{campaign_id}/poll_dates": {"poll_dates": {"FR": "2027-03-01"}, "reason": "x"},
}
LONG = ("a" * 8, "1 1 1 1 1 1 1 x", "é", "a.b@", "{", "\u2028")
"""Parts of long texts."""


def bodies(endpoint: AnyEndpoint, campaign_id: str) -> Iterator[tuple[str, bytes]]:
    body = endpoint.body
    assert isinstance(body, JsonBody)
    size = body._limit - 100
    for name, shape in SHAPES.items():
        yield name, shape(size)
    for field, value in FULL.get(endpoint.path, {}).items():
        if isinstance(value, str):
            for text in LONG:
                many = text * (size // len(json.dumps(text)))
                yield f"a long {field} of {text!r}", json.dumps(FULL[endpoint.path] | {field: many}).encode()
    if endpoint.path == "/v1/decisions":
        yield from questions(campaign_id)
    if endpoint.path == "/v1/consents":
        yield "consents", json.dumps([stated(index) for index in range(3500)]).encode()
        yield (
            "bad consents",
            json.dumps([stated(index) | {"consent_at": "x"} for index in range(3500)]).encode(),
        )
    if endpoint.path == "/v1/campaigns":
        texts = {f"p{index}": "mot " * 450 for index in range(500)}
        yield "prompts", json.dumps(campaign_body(prompts=campaign_body()["prompts"] | texts)).encode()


def questions(campaign_id: str) -> Iterator[tuple[str, bytes]]:
    asked = {"campaign": campaign_id, "at": "2027-02-02T10:30:00+01:00", "live": True}
    yield (
        "questions",
        json.dumps({"items": [asked | {"phone_number": f"+3319900{i:04}"} for i in range(10_000)]}).encode(),
    )
    yield "odd numbers", json.dumps({"items": [asked | {"phone_number": "1 " * 100}] * 10_000}).encode()


def stated(index: int) -> dict[str, str]:
    said = {"phone_number": number(index), "consent_source": "form", "consent_proof": "p"}
    return CONSENT | said


def rows(count: int) -> bytes:
    return CSV_HEAD + b"".join(
        b"+3319900%04d,%d,liste-demo,political,automated_voice,form,p,2026-01-01T10:00:00+01:00\n"
        % (i % 10000, i)
        for i in range(count)
    )


FILES: dict[str, bytes] = {
    "rows": rows(10_000),
    "bad rows": CSV_HEAD + b"x,y\n" * 200_000,
    "one line": b"phone_number\n" + b"1" * (8 * MIB),
    "columns": b",".join(b"c%d" % i for i in range(200_000)) + b"\n",
    "a quote": b'phone_number\n"' + b"1\n" * (2 * MIB),
    "zeros": bytes(8 * MIB),
}


class Asking:
    """A thread that makes one request after another, and measures how long each held the loop."""

    def __init__(self, api: Api, limit_s: float) -> None:
        self.api = api
        self.limit_s = limit_s
        self.faults: list[str] = []
        self.cookie = ""

    async def ask(
        self, name: str, method: str, path: str, body: bytes | None = None, media: str = "application/json"
    ) -> None:
        least, by, status = 9.0, "", 0
        for _ in range(TRIES):
            with held() as watched:
                status = await asyncio.to_thread(self._send, method, path, body, media)
            if watched.longest_s < least:
                least, by = watched.longest_s, watched.by
            if least <= self.limit_s:
                return
        self.faults.append(f"{method} {path} with {name} ({status}): {least * 1000:.0f} ms in {by[:300]}")

    def _send(self, method: str, path: str, body: bytes | None, media: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.api.port, timeout=300)
        headers = {"Content-Type": media, "Cookie": self.cookie}
        if not self.cookie:
            headers["Authorization"] = f"Bearer {self.api.admin}"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            if answer.headers["Content-Type"] != "text/event-stream":
                answer.read()
        except (ConnectionError, TimeoutError):
            return 0
        else:
            return answer.status
        finally:
            connection.close()


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Asking]:
    async with running_api(tmp_path) as api:
        gc.collect()
        gc.freeze()
        yield Asking(api, LIMIT_S * slowness())
        gc.unfreeze()


async def test_no_body_holds_the_loop(asking: Asking) -> None:
    made = await new_campaign(asking.api)
    for endpoint in ENDPOINTS:
        path = endpoint.path.replace("{campaign_id}", made).replace("{prompt}", "message")
        if isinstance(endpoint.body, JsonBody):
            for name, body in bodies(endpoint, made):
                await asking.ask(name, endpoint.method, path, body)
    assert asking.faults == []


async def test_no_file_holds_the_loop(asking: Asking) -> None:
    made = await new_campaign(asking.api)
    query = "?source_class=opt_in_form&supplier=x&collected_at=2026-01-01T00:00:00Z&name=x&valid_from=2026-01-01T00:00:00Z&valid_to=2028-01-01T00:00:00Z"
    wanted = {
        "/v1/campaigns/{campaign_id}/contacts": "source_class supplier collected_at",
        "/v1/suppressions/lists": "name valid_from valid_to",
    }
    for endpoint in ENDPOINTS:
        if isinstance(endpoint.body, FileBody):
            names = wanted.get(endpoint.path, "").split()
            given = "&".join(part for part in query[1:].split("&") if part.partition("=")[0] in names)
            path = endpoint.path.replace("{campaign_id}", made).replace("{prompt}", "message")
            for name, body in FILES.items():
                media = "text/csv" if names else "audio/wav"
                await asking.ask(name, endpoint.method, f"{path}?{given}" if names else path, body, media)
    assert asking.faults == []


@dataclass(frozen=True, slots=True)
class Filled:
    """Ids to ask for."""

    campaign: CampaignId
    attempt: AttemptId
    imported: ImportId
    number: PhoneNumber

    def path(self, pattern: str) -> str:
        return pattern.format(
            campaign_id=self.campaign,
            attempt_id=self.attempt,
            import_id=self.imported,
            probe_id="0" * 32,
            number=quote(self.number),
        )

    def queries(self, endpoint: AnyEndpoint) -> Iterator[str]:
        """Yield paths that ask for everybody, and for one person."""
        every = {"limit": "1000", "since": "1"}
        for query in (every, every | {"phone_number": self.number}):
            given = {name: value for name, value in query.items() if name in endpoint.query.model_fields}
            yield f"{self.path(endpoint.path)}?{urlencode(given)}"


async def fill(api: Api) -> Filled:
    """Fill the database with more of everything than one page shows."""
    store: Any = ActStore.over(api.service.store)
    texts = dict.fromkeys(PROMPT_OF_KEY, "mot " * 490)
    for index in range(2, 1100):
        await store.campaigns.add(drafted(CampaignId(f"c{index:012x}"), prompts=texts))
    made = CampaignId(await new_campaign(api))
    given = {"source_class": "opt_in_form", "supplier": "x", "collected_at": "2026-01-01T00:00:00Z"}
    path = f"/v1/campaigns/{made}/contacts?{urlencode(given)}"
    imported = (await api.call("POST", path, data=rows(5000))).body["import_id"]
    for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
        await store.campaigns.move(made, verb, by="x", at=NOW)
    late = max(NOW, api.service.clock.now()) + timedelta(days=1)
    permits = [
        judged.outcome
        for limit in (1000, 100)
        for judged in await store.attempts.claim(made, now=late, limit=limit, permits=limit, judge=permit)
    ]
    trace = tuple(TraceStep(NOW + timedelta(milliseconds=at), verb, what) for at, verb, what in HEARD)
    times = {"ended_at": NOW, "answered_at": NOW, "dialed_at": NOW}
    ended = [replace(attempt, state=AttemptState.ENDED, trace=trace, **times) for attempt in permits]
    await store.attempts.commit(
        [Progression(attempt, None, ContactClosed(ClosedReason.DELIVERED)) for attempt in ended]
    )
    whose = {"fingerprint": ended[1].fingerprint}
    await store.consents.add([consent(1, proof=f"proof {n}", **whose) for n in range(2000)], by="x")
    await store.suppressions.add([suppression(1, note="x" * 500, **whose) for _ in range(2000)])
    await api.service.engine.sealer.tick()
    return Filled(made, AttemptId(ended[0].id), ImportId(imported), PhoneNumber(ended[1].number))


async def test_no_answer_holds_the_loop(asking: Asking) -> None:
    filled = await fill(asking.api)
    in_order = ("GET", "POST", "PUT", "DELETE")
    for endpoint in sorted(ENDPOINTS, key=lambda endpoint: in_order.index(endpoint.method)):
        if isinstance(endpoint.body, NoBody):
            for path in filled.queries(endpoint):
                await asking.ask("much to tell", endpoint.method, path)
        if endpoint.path == "/v1/decisions":
            for name, body in questions(filled.campaign):
                await asking.ask(name, endpoint.method, endpoint.path, body)
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
        await asking.ask("much to tell", "GET", path)
    assert asking.faults == []


async def test_no_page_of_the_console_holds_the_loop(asking: Asking) -> None:
    filled = await fill(asking.api)
    form, size = "application/x-www-form-urlencoded", 900_000
    fields = {
        "many fields": b"&".join(b"a%d=1" % index for index in range(size // 9)),
        "empty fields": b"&=" * (size // 2),
        "escapes": b"a=" + b"%e9" * (size // 3),
        "a field": b"token=" + b"1 " * (size // 2),
    }
    for name, body in fields.items():
        await asking.ask(name, "POST", "/login", body, form)
    asking.cookie = await log_in(asking.api)
    for screen in SCREENS:
        path = filled.path(screen.path)
        if screen.method == "GET":
            await asking.ask("much to show", "GET", path)
        else:
            for name, body in fields.items():
                await asking.ask(name, "POST", path, body, form)
    assert asking.faults == []


async def log_in(api: Api) -> str:
    async with api.client.post("/login", data={"token": api.admin}, allow_redirects=False) as answer:
        return f"{SESSION}={answer.cookies[SESSION].value}"
