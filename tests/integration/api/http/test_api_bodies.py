"""Bodies that are too long, too slow or not what they say."""

import asyncio
import gzip
from shutil import rmtree

import pytest

from dialer.api import consent
from dialer.api.http import bodies
from dialer.api.http.authentication import SESSION
from tests.integration.api.bodies import CONTACTS, CSV, campaign_body, new_campaign, objection_body
from tests.integration.api.client import Api
from tests.integration.campaigns.test_prompts import tone

MIB = 1024 * 1024


async def test_a_json_body_over_one_mebibyte_is_too_large(api: Api) -> None:
    reply = await api.post("/v1/suppressions", objection_body(note="x" * MIB))
    assert (reply.status, reply.code) == (413, "TOO_LARGE")


async def test_a_json_body_just_under_the_limit_is_taken(api: Api) -> None:
    reply = await api.post("/v1/suppressions", objection_body(note="x" * (MIB - 1000)))
    assert reply.status == 201


async def test_a_body_that_unpacks_beyond_the_limit_is_too_large(api: Api) -> None:
    packed = gzip.compress(b" " * (20 * MIB))
    headers = {"Content-Encoding": "gzip"}
    assert (await api.call("POST", "/v1/campaigns", data=packed, headers=headers)).status == 413


async def test_a_body_that_is_not_packed_as_it_says_is_refused(api: Api) -> None:
    headers = {"Content-Encoding": "gzip"}
    assert (await api.call("POST", "/v1/campaigns", data=b"plain", headers=headers)).status == 422


async def test_a_list_over_the_limit_is_too_large(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of 2 GiB is lowered for the test."""
    (upload,) = (e.body for e in consent.ENDPOINTS if isinstance(e.body, bodies.FileBody))
    monkeypatch.setattr(upload, "_limit", len(CSV) - 1)
    path = CONTACTS.format(id=await new_campaign(api))
    assert (await api.call("POST", path, data=CSV)).status == 413


OBJECTED = {"/v1/suppressions", "/v1/consents/withdraw", "/v1/webhooks/sms", "/v1/system/halt"}
"""Paths whose content counts, despite a wrong form."""


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", None]
)
async def test_what_does_not_say_that_it_is_json_is_not_read_as_json(api: Api, kind: str | None) -> None:
    taken, made = set(), await new_campaign(api)
    for path, item in api.document["paths"].items():
        for method, operation in item.items():
            if "application/json" not in operation.get("requestBody", {}).get("content", {}):
                continue
            headers = {"Content-Type": kind} if kind else {}
            reply = await api.call(method.upper(), path.format(campaign_id=made), data=b"{}", headers=headers)
            if reply.status == 415:
                assert reply.code == "UNSUPPORTED_MEDIA_TYPE"
                assert "application/json" in reply.body["hint"]
            else:
                taken.add(path)
    assert taken == OBJECTED


async def test_json_of_a_dialect_is_json(api: Api) -> None:
    for kind in ("application/json; charset=utf-8", "application/merge-patch+json", "Application/JSON"):
        reply = await api.call("POST", "/v1/campaigns", data=b"{}", headers={"Content-Type": kind})
        assert (kind, reply.status) == (kind, 422)


async def test_a_body_that_stops_coming_is_given_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "IDLE_S", 0.05)
    head = f"POST /v1/suppressions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.admin}\r\nContent-Length: 9\r\n\r\n"
    assert b"408 Request Timeout" in await raw(api, head.encode() + b"{")


async def test_no_answer_names_the_server_not_even_to_what_is_no_http(api: Api) -> None:
    assert b"\r\nserver:" not in (await raw(api, b"\0\r\n\r\n")).lower()
    assert b"\r\nserver:" not in (await raw(api, b"GET /healthz HTTP/1.0\r\n\r\n")).lower()


async def test_a_nul_is_refused_since_not_every_database_stores_it(api: Api) -> None:
    assert (await api.post("/v1/campaigns", campaign_body(name="a\0b"))).status == 422


@pytest.mark.parametrize("path", ["/login", "/oppositions"])
async def test_a_form_that_stops_coming_is_given_up(
    api: Api, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(bodies, "IDLE_S", 0.05)
    async with api.client.post("/login", data={"token": api.admin}, allow_redirects=False) as answer:
        cookie = answer.cookies[SESSION].value
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 90"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nCookie: {SESSION}={cookie}\r\n{form}\r\n\r\n"
    assert b"408 Request Timeout" in await raw(api, head.encode() + b"token=")


@pytest.mark.parametrize("header", [b"Authorization: Bearer \xff\xfe", b"Cookie: dialer_session=\xff\xfe"])
async def test_bytes_that_are_no_text_are_no_token(api: Api, header: bytes) -> None:
    for path in (b"/v1/system", b"/v1/events"):
        answer = await raw(api, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")
        assert b" 401 " in answer.partition(b"\r\n")[0]
    page = await raw(api, b"GET / HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")
    assert b" 303 " in page.partition(b"\r\n")[0]


@pytest.mark.parametrize("audio", [b"", b"RIFF" + bytes(99), b"x" * 103, bytes(5000)])
async def test_what_cannot_be_played_is_no_recording(api: Api, audio: bytes) -> None:
    reply = await api.call("PUT", f"/v1/campaigns/{await new_campaign(api)}/prompts/message", data=audio)
    assert (reply.status, reply.body["problems"][0]["where"]) == (422, "prompts.message")


@pytest.mark.parametrize("file", ["/etc/passwd", "../message.wav", "a/../../b.wav", "a\nb.wav"])
async def test_a_prompt_s_path_stays_in_the_folder_of_its_campaign(api: Api, file: str) -> None:
    reply = await api.post("/v1/campaigns", campaign_body(prompts={"message": {"file": file}}))
    assert (reply.status, reply.body["problems"][0]["where"]) == (422, "prompts.message.file")


async def test_a_disk_that_takes_nothing_is_no_fault_of_the_service(api: Api) -> None:
    made, home = await new_campaign(api), api.service.settings.home
    audio = tone(api.uploads / "message.wav")
    (home / "recordings").touch()
    assert (await api.call("PUT", f"/v1/campaigns/{made}/prompts/message", data=audio)).status == 503
    rmtree(api.uploads)
    assert (await api.call("POST", CONTACTS.format(id=made), data=CSV)).status == 503


async def raw(api: Api, sent: bytes) -> bytes:
    """Return the answer to these bytes; the connection is closed after the first part."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(sent)
    try:
        return await reader.read(4096)
    finally:
        writer.close()
