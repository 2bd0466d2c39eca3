"""The database comes back some seconds younger during a call (field case 10).

An asynchronous failover leaves it so.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import Scene
from tests.acceptance.installation import Served
from tests.contract.postgres import PostgresServer
from tests.harness.patience import SOON_S
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

PERSON = number_for(Persona.NINE_IN_MESSAGE, 0)
LOOK_S = 10.0
"""Seconds. The contact is due: an INVITE that nothing held back would have left by then."""


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with PostgresServer.made() as made:
        yield made


@pytest.fixture
def environment(server: PostgresServer) -> dict[str, str]:
    return {"DIALER_DATABASE_URL": server.url}


async def test_dialling_stops_and_says_why_the_nine_is_kept_and_nobody_is_called_again(
    scene: Scene, server: PostgresServer, tmp_path: Path
) -> None:
    campaign = await scene.installation.campaign(
        fast_campaign_file(tmp_path), contact_file(tmp_path, [PERSON])
    )
    await scene.installation.must("campaign", "start", campaign)
    server.keep_a_copy()
    async with scene.installation.serve() as served:
        async with asyncio.timeout(SOON_S):
            while not await answered(scene):
                await asyncio.sleep(0.05)
        await asyncio.to_thread(server.fall_back)
        (call,) = await scene.callees.ended(1, within_s=SOON_S)
        assert call.heard[-1].prompt == "opposed"
        assert call.heard[-1].complete
        await until_opposed(served)
        await until_not_ready(served, "put back to an earlier state")
        await asyncio.sleep(LOOK_S)
    assert [invite.number for invite in await scene.callees.invites()] == [PERSON]


async def answered(scene: Scene) -> bool:
    return any(call.heard for call in await scene.callees.calls(PERSON))


async def until_opposed(served: Served) -> None:
    path = f"/v1/suppressions/check?phone_number=%2B{PERSON[1:]}"
    async with asyncio.timeout(SOON_S):
        while not (await served.get(path))["suppressed"]:
            await asyncio.sleep(0.1)


async def until_not_ready(served: Served, why: str) -> None:
    async with asyncio.timeout(SOON_S):
        while True:
            async with served.http.get(f"{served.address}/readyz") as answer:
                if answer.status == 503 and why in await answer.text():
                    return
            await asyncio.sleep(0.1)
