"""A 9 cut off by the hang-up 80 ms after it went down, with no service to hear it (U4).

It is stored once a service runs.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import Scene
from tests.acceptance.installation import Served
from tests.harness.patience import SOON_S
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

CUT_OFF = [number_for(Persona.NINE_THEN_HANGS_UP, index) for index in range(3)]


async def answered(scene: Scene) -> None:
    """Wait until all have answered; they press their 9 three seconds later."""
    async with asyncio.timeout(SOON_S):
        while len(await scene.callees.invites()) < len(CUT_OFF):
            await asyncio.sleep(0.02)


async def started(scene: Scene, folder: Path, served: Served) -> None:
    campaign = await scene.installation.campaign(fast_campaign_file(folder), contact_file(folder, CUT_OFF))
    await served.post(f"/v1/campaigns/{campaign}/start")
    await answered(scene)


async def opposed(served: Served, number: str) -> int:
    """Count the number's suppressions."""
    found = await served.get(f"/v1/suppressions/check?phone_number=%2B{number[1:]}")
    return len(found["suppressions"])


async def until_opposed(served: Served) -> None:
    """Wait until every number is stored, each once."""
    async with asyncio.timeout(SOON_S):
        for number in CUT_OFF:
            while not await opposed(served, number):
                await asyncio.sleep(0.1)
    assert [await opposed(served, number) for number in CUT_OFF] == [1] * len(CUT_OFF)


async def test_with_the_service_dead(scene: Scene, tmp_path: Path) -> None:
    async with scene.installation.serve() as served:
        await started(scene, tmp_path, served)
        await served.kill()
    await scene.callees.ended(len(CUT_OFF), within_s=SOON_S)
    async with scene.installation.serve() as served:
        await until_opposed(served)


async def test_with_the_database_away_and_the_service_killed_while_it_waits(
    scene: Scene, tmp_path: Path
) -> None:
    """No service can store it; its own record in the service's memory dies with the service."""
    async with scene.installation.serve() as served:
        await started(scene, tmp_path, served)
        database = scene.installation.home / "dialer.db"
        with closing(sqlite3.connect(database, timeout=SOON_S, isolation_level=None)) as elsewhere:
            elsewhere.execute("BEGIN IMMEDIATE")
            await scene.callees.ended(len(CUT_OFF), within_s=SOON_S)
            await asyncio.sleep(1)
            await served.kill()
    async with scene.installation.serve() as served:
        await until_opposed(served)
