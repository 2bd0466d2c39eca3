"""The machine over HTTP: its state, halt and unhalt, health, metrics, time, limits, events."""

import asyncio
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from dialer.adapters.clock import SystemClock, pretending
from dialer.adapters.home.disk import free_bytes
from dialer.adapters.sql.db.engine import BUSY_SECONDS
from dialer.api.http.authentication import Authenticator
from dialer.domain.access import LOCAL_ADMINISTRATOR, Actor, Role
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import CampaignVerb
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S
from tests.integration.api.bodies import new_campaign
from tests.integration.api.client import Api, running_api
from tests.integration.api.test_api_ledger import seal

SOONER_THAN_SQLITE_S = BUSY_SECONDS / 2
"""Half of the seconds that a request waiting for SQLite would take."""


class StoppedClock(SystemClock):
    """A clock whose monotonic time stands still."""

    def monotonic(self) -> float:
        return 1000.0


@pytest.mark.usefixtures("a_busy_disk_is_waited_for")
async def test_halt_and_unhalt_are_recorded_with_their_reason(api: Api) -> None:
    halted = await api.post("/v1/system/halt", {"reason": "complaints"}, Role.OPERATOR)
    assert (halted.status, halted.body["recorded"]) == (200, True)
    system = (await api.get("/v1/system", Role.CAMPAIGNER)).body
    assert (system["halted"], system["halt_reason"], system["halt_by"]) == (True, "complaints", "operator")
    assert (await api.post("/v1/system/unhalt", {"reason": " "}, Role.OPERATOR)).status == 422
    assert (await api.post("/v1/system/unhalt", {"reason": "settled"}, Role.OPERATOR)).status == 200
    assert not (await api.get("/v1/system")).body["halted"]


@pytest.mark.usefixtures("a_busy_disk_is_waited_for")
@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"reason": 5}', b'{"x": 1}', b"x" * 2_000_000])
async def test_a_halt_is_not_refused_for_its_body(api: Api, raw: bytes) -> None:
    assert (await api.call("POST", "/v1/system/halt", Role.CAMPAIGNER, data=raw)).status == 200
    assert (await api.get("/v1/system")).body["halted"]


async def test_a_halt_works_with_the_database_gone_for_every_valid_token(api: Api) -> None:
    break_database(api)
    assert (await api.get("/v1/system", Role.OPERATOR)).status == 503
    for role in (Role.CAMPAIGNER, Role.OPERATOR, Role.ADMIN):
        reply = await api.post("/v1/system/halt", {"reason": "x"}, role)
        assert (reply.status, reply.body["recorded"]) == (200, False)
    assert (await api.get("/readyz", None)).status == 503


async def test_with_the_database_gone_a_halt_is_refused_to_the_wrong_role_and_to_strangers(api: Api) -> None:
    break_database(api)
    assert (await api.post("/v1/system/halt", {"reason": "x"}, Role.AUDITOR)).status == 403
    assert (await api.post("/v1/system/halt", {"reason": "x"}, token="dlr_unknown")).status == 503


async def test_a_halt_waits_for_no_database_that_hangs(api: Api) -> None:
    with closing(sqlite3.connect(api.service.settings.home / "dialer.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(SOONER_THAN_SQLITE_S):
            reply = await api.post("/v1/system/halt", {"reason": "x"}, Role.OPERATOR)
        assert (reply.status, reply.body["recorded"]) == (200, False)
    async with asyncio.timeout(SOON_S):
        while not (await api.get("/v1/system")).body["halted"]:
            await asyncio.sleep(0.05)


def break_database(api: Api) -> None:
    with closing(sqlite3.connect(api.service.settings.home / "dialer.db")) as connection:
        connection.executescript("DROP TABLE tokens; DROP TABLE system")


async def test_the_rate_limit_of_a_token_says_when_to_come_back_and_spares_halts(tmp_path: Path) -> None:
    async with running_api(tmp_path, rate_limit=2, clock=StoppedClock()) as api:
        assert [(await api.get("/v1/system")).status for _ in range(3)] == [200, 200, 429]
        refused = await api.get("/v1/system")
        assert (refused.code, refused.headers["Retry-After"]) == ("RATE_LIMIT", "1")
        assert (await api.get("/v1/system", Role.OPERATOR)).status == 200
        assert (await api.post("/v1/system/halt")).status == 200


async def test_every_answer_says_that_the_time_is_pretended(tmp_path: Path) -> None:
    then = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
    async with running_api(tmp_path, clock=pretending(then)) as api:
        for reply in (
            await api.get("/v1/system"),
            await api.get("/v1/nothing"),
            await api.get("/healthz", None),
        ):
            assert reply.headers["Dialer-Pretended-Time"].startswith("2027-02-01T09:00")
        assert (await api.get("/v1/system")).body["pretended_time"]


async def test_real_time_is_not_said_to_be_pretended(tmp_path: Path) -> None:
    async with running_api(tmp_path, clock=SystemClock()) as api:
        reply = await api.get("/v1/system")
    assert "Dialer-Pretended-Time" not in reply.headers
    assert not reply.body["pretended_time"]


@pytest.mark.usefixtures("a_busy_disk_is_waited_for")
async def test_metrics_are_public_on_this_machine_alone(api: Api) -> None:
    async with api.client.get("/metrics") as answer:
        page = await answer.text()
    assert "dialer_calls_alive 0.0" in page
    forwarded = {"X-Forwarded-For": "192.0.2.1"}
    assert (await api.client.get("/metrics", headers=forwarded)).status == 401
    with_token = forwarded | {"Authorization": f"Bearer {api.tokens[Role.OPERATOR]}"}
    assert (await api.client.get("/metrics", headers=with_token)).status == 200


@pytest.mark.usefixtures("a_busy_disk_is_waited_for")
async def test_readiness_and_metrics_tell_of_all_that_must_go_on_by_itself(tmp_path: Path) -> None:
    async with running_api(tmp_path, clock=SystemClock()) as api:
        await seal(api)
        parts = {part["part"]: part for part in (await api.get("/readyz", None)).body["parts"]}
        assert parts.keys() == {"database", "ledger", "retention", "disk", "clock", "event loop"}
        assert parts["ledger"]["detail"].startswith("writable, last head ")
        assert parts["retention"]["detail"].startswith("no success yet, next run ")
        await api.service.suite.retention.run_now(LOCAL_ADMINISTRATOR)
        async with api.client.get("/metrics") as answer:
            figures = dict(
                line.rsplit(" ", 1) for line in (await answer.text()).splitlines() if line[0] != "#"
            )
        assert float(figures["dialer_ledger_writable"]) == 1
        assert 0 <= float(figures["dialer_ledger_head_age_seconds"]) < 120
        assert abs(float(figures["dialer_retention_last_success_timestamp_seconds"]) - time.time()) < 120
        assert float(figures["dialer_retention_overdue_lists"]) == 0
        assert float(figures["dialer_disk_free_bytes"]) > 0


async def test_metrics_name_routes_and_never_what_was_asked(api: Api) -> None:
    await api.get("/v1/suppressions/check?phone_number=%2B33199000001")
    await api.get("/v1/campaigns/c33199000001")
    async with api.client.get("/metrics") as answer:
        page = await answer.text()
    assert 'route="/v1/suppressions/check"' in page
    assert "33199000001" not in page


async def test_unknown_paths_and_methods_are_problems_too(api: Api) -> None:
    assert (await api.get("/v1/nothing")).code == "NOT_FOUND"
    reply = await api.call("DELETE", "/v1/campaigns")
    assert (reply.status, reply.code, reply.headers["Allow"]) == (405, "METHOD_NOT_ALLOWED", "GET,POST")


@pytest.mark.usefixtures("a_busy_disk_is_waited_for")
async def test_events_tell_the_state_and_then_what_changes(api: Api) -> None:
    campaign_id = await new_campaign(api)
    for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
        await ActStore.over(api.service.store).campaigns.move(
            CampaignId(campaign_id), verb, by="somebody", at=api.service.clock.now()
        )
    headers = {"Authorization": f"Bearer {api.tokens[Role.OPERATOR]}"}
    async with api.client.get("/v1/events", headers=headers) as stream:
        assert stream.content_type == "text/event-stream"
        assert await next_event(stream) == "system"
        assert await next_event(stream) == "progress"
        await api.post("/v1/system/halt")
        assert {await next_event(stream), await next_event(stream)} == {"system", "progress"}


async def test_a_reader_gone_before_the_head_of_the_events_is_no_fault(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answering: asyncio.Future[asyncio.Task[Any] | None] = asyncio.get_running_loop().create_future()

    async def recognised_late(_: Authenticator, request: web.Request) -> Actor:
        answering.set_result(asyncio.current_task())
        while request.transport is not None:
            await asyncio.sleep(0.01)
        return Actor("omar", Role.OPERATOR)

    monkeypatch.setattr(Authenticator, "viewer", recognised_late)
    _, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(b"GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = await answering
    writer.close()
    assert answer is not None
    await asyncio.wait({answer})
    assert not caplog.records


async def test_however_many_follow_the_machine_is_looked_at_once_a_period(tmp_path: Path) -> None:
    async with running_api(tmp_path, clock=StoppedClock()) as api:
        first = await api.service.suite.feed.seen(LOCAL_ADMINISTRATOR)
        await api.post("/v1/system/halt")
        again = await api.service.suite.feed.seen(Actor("omar", Role.OPERATOR))
    assert again is first


async def next_event(stream: Any) -> str:
    text = await stream.content.readuntil(b"\n\n")
    return str(text.decode().partition("\n")[0].removeprefix("event: "))


def test_a_home_that_is_gone_has_no_room(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "nowhere") == 0


@pytest.mark.usefixtures("a_busy_disk_is_waited_for")
@pytest.mark.parametrize("line", ['{"size": 1000000}', '{"size": 1000000, "signature": 7}'])
async def test_a_head_file_that_somebody_spoilt_ends_no_service(api: Api, line: str) -> None:
    """The service makes no call, and readiness says why."""
    await seal(api)
    (api.service.settings.home / "heads" / "9999-01-01.jsonl").write_text(f"{line}\n")
    sealer = api.service.engine.sealer
    sealer._resumed = False
    await sealer.tick()
    assert not sealer.writable
    reply = await api.get("/readyz", None)
    assert (reply.status, reply.body["trouble"]) == (503, [f"the ledger is not writable: {sealer.why}"])
