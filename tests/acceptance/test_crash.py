"""The service dies without farewell in the middle of a campaign and is started again."""

import asyncio
from collections import Counter
from pathlib import Path

from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import Scene
from tests.acceptance.installation import Served
from tests.harness.patience import SOON_S
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

PERSONAS = (
    Persona.PRESSES_ONE,
    Persona.BUSY,
    Persona.NINE_IN_NOTICE,
    Persona.NO_ANSWER,
    Persona.HANGS_UP_IN_NOTICE,
)
FINAL = {"ended", "lapsed", "lost"}


async def test_after_a_kill_nobody_is_called_twice_and_every_attempt_ends_known(
    scene: Scene, tmp_path: Path
) -> None:
    numbers = [number_for(persona, index) for index in range(10) for persona in PERSONAS]
    campaign = await scene.installation.campaign(
        fast_campaign_file(tmp_path, calls_per_second=8), contact_file(tmp_path, numbers)
    )
    async with scene.installation.serve() as first:
        await first.post(f"/v1/campaigns/{campaign}/start")
        await _until_called(scene, 20)
        await first.kill()
    async with scene.installation.serve() as second:
        await _until_completed(second, campaign)
        calls = await _calls(second, campaign)
    received = Counter(invite.number for invite in await scene.callees.invites())
    assert max(received.values()) == 1
    assert received.keys() <= set(numbers)
    assert {call["state"] for call in calls} <= FINAL
    opposed = [number_for(Persona.NINE_IN_NOTICE, index) for index in range(10)]
    stored = await scene.installation.must("suppressions", "count")
    assert stored["count"] == sum(number in received for number in opposed) > 0


async def _until_called(scene: Scene, count: int) -> None:
    async with asyncio.timeout(SOON_S):
        while len(await scene.callees.invites()) < count:
            await asyncio.sleep(0.05)


async def _until_completed(served: Served, campaign: str) -> None:
    async with asyncio.timeout(200):
        while (await served.get(f"/v1/campaigns/{campaign}"))["state"] != "completed":
            await asyncio.sleep(0.5)


async def _calls(served: Served, campaign: str) -> list[dict[str, object]]:
    page = await served.get(f"/v1/calls?campaign={campaign}&limit=1000")
    return list(page["items"])
