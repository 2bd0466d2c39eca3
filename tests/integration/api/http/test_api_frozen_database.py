"""The database neither answers nor fails.

Halts go through at once, other requests are answered in bounded time, and afterwards all is well.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dialer.adapters.sql.db import connections
from dialer.domain.access import Role
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import CampaignVerb
from tests.contract.freezing import frozen
from tests.contract.postgres import postgres_server
from tests.harness.acts import ActStore
from tests.harness.stalls import Stalls
from tests.integration.api.bodies import new_campaign
from tests.integration.api.client import Api, running_api
from tests.integration.api.test_api_ledger import seal

HALT_S = 8.0
"""Seconds. The driver gives up a server that hears no cancellation only later."""
BOUND_S = 60.0
"""Seconds for an answer, such a cancellation, and room on a busy machine."""


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    with postgres_server() as folder:
        yield folder


@pytest.fixture
async def api(server: Path, tmp_path: Path) -> AsyncIterator[Api]:
    url = f"postgresql://postgres@/postgres?host={server}"
    async with running_api(tmp_path, database_url=url) as running:
        yield running


async def halted(api: Api, reason: str, stalls: Stalls) -> float:
    """Halt, and return how many seconds the answer took, the machine's stalls aside."""
    asked_at = time.monotonic()
    reply = await api.post("/v1/system/halt", {"reason": reason}, Role.CAMPAIGNER)
    assert (reply.status, reply.body["recorded"]) == (200, False)
    answered_at = time.monotonic()
    return answered_at - asked_at - stalls.between(asked_at, answered_at)


async def halts_in_the_ledger(api: Api) -> list[tuple[str, str]]:
    entries = (await api.get("/v1/ledger/entries?limit=1000", Role.AUDITOR)).body["items"]
    told = [json.loads(entry["text"]) for entry in entries]
    return [(one["body"]["by"], one["body"]["reason"]) for one in told if one["kind"] == "system.halt"]


async def test_with_the_database_frozen_halts_go_through_and_the_rest_is_answered_in_time(
    api: Api, server: Path, monkeypatch: pytest.MonkeyPatch, stalls: Stalls
) -> None:
    campaign_id = CampaignId(await new_campaign(api))
    for verb in (CampaignVerb.APPROVE, CampaignVerb.START):
        await ActStore.over(api.service.store).campaigns.move(
            campaign_id, verb, by="omar", at=api.service.clock.now()
        )
    with frozen(server), monkeypatch.context() as meanwhile:
        # So that the test need not wait for it; a busy server keeps all its time.
        meanwhile.setattr(connections, "ANSWER_SECONDS", 1.0)
        async with asyncio.timeout(BOUND_S):
            pausing = asyncio.create_task(api.post(f"/v1/campaigns/{campaign_id}/pause", None, Role.OPERATOR))
            assert await halted(api, "first", stalls) < HALT_S
            assert await halted(api, "second", stalls) < HALT_S
            assert (await api.get("/readyz", None)).status == 503
            async with api.client.get("/metrics") as page:
                assert "dialer_database_up 0.0" in await page.text()
            reply = await pausing
            assert (reply.status, reply.code) == (503, "UNAVAILABLE")
    async with asyncio.timeout(BOUND_S):
        while len(await halts_in_the_ledger(api)) < 2:
            await asyncio.sleep(0.2)
            await seal(api)
    assert await halts_in_the_ledger(api) == [("campaigner", "first"), ("campaigner", "second")]
    assert (await api.get("/v1/system")).body["halted"]
    assert (await api.get("/readyz", None)).status == 200
    assert (await api.post("/v1/system/unhalt", {"reason": "over"}, Role.OPERATOR)).status == 200
    paused = await api.post(f"/v1/campaigns/{campaign_id}/pause", None, Role.OPERATOR)
    assert (paused.status, paused.body.get("state") or paused.body["allowed"]) in [
        (200, "paused"),
        (409, ["resume", "stop"]),
    ]
