"""The fingerprint keys are changed in the middle of a campaign."""

import asyncio
from collections import Counter
from pathlib import Path

from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import Scene
from tests.harness.patience import SOON_S
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

PERSONAS = (Persona.NINE_IN_NOTICE, Persona.PRESSES_ONE, Persona.NINE_AT_ONCE, Persona.BUSY)
EACH = 8


async def test_every_nine_is_kept_nobody_is_called_twice_and_the_service_goes_on_by_itself(
    scene: Scene, tmp_path: Path
) -> None:
    numbers = [number_for(persona, index) for index in range(EACH) for persona in PERSONAS]
    campaign = await scene.installation.campaign(
        fast_campaign_file(tmp_path, calls_per_second=1), contact_file(tmp_path, numbers)
    )
    async with scene.installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        async with asyncio.timeout(SOON_S):
            while len(await scene.callees.invites()) < 3:
                await asyncio.sleep(0.05)
        rotated = await scene.installation.must("keys", "rotate", "--reason", "routine")
        called = len(await scene.callees.invites())
        assert rotated["numbers"] == len(numbers) > called
        async with asyncio.timeout(200):
            while (await state(scene, campaign)) != "completed":
                await asyncio.sleep(0.5)
        items = (await served.get(f"/v1/calls?campaign={campaign}&limit=1000"))["items"]
        assert served.process.returncode is None
    assert Counter(invite.number for invite in await scene.callees.invites()) == Counter(numbers)
    # A permit that no call had used when the keys changed lapses. Its contact is permitted again.
    assert Counter(item["state"] for item in items if item["state"] != "lapsed") == {"ended": len(numbers)}
    assert (await scene.installation.must("suppressions", "count"))["count"] == 2 * EACH
    assert (await scene.installation.must("ledger", "verify"))["verified"]


async def state(scene: Scene, campaign: str) -> str:
    """Ask beside the service, which answers no request while it opens everything anew."""
    found = await scene.installation.must("campaign", "show", campaign)
    return str(found["state"])
