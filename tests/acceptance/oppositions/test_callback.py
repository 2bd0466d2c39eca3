"""A person rings the number shown and presses 9 while the service is down: the 9 is kept.

The service stores the opposition when it comes back.
"""

import asyncio
from pathlib import Path

from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import PBX, Scene
from tests.acceptance.installation import Installation
from tests.harness.patience import SOON_S
from tests.pbx.ringer import Ringing, ringer_of
from tests.pbx.voice import Press
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

STRANGER = "+33199000099"
"""A number on no list of ours."""


async def test_an_objection_on_the_line_counts_with_the_service_down(scene: Scene, tmp_path: Path) -> None:
    contacts = contact_file(tmp_path, [number_for(Persona.BUSY, 0)])
    await scene.installation.campaign(fast_campaign_file(tmp_path), contacts)
    async with scene.installation.serve():
        await until_open(scene)
    async with ringer_of(
        Ringing(caller=STRANGER, presses=(Press("9", 1.0),)), sip_port(scene.installation)
    ) as ringer:
        await ringer.ring()
    assert ringer.status == 200
    assert not await suppressed(scene.installation)
    async with scene.installation.serve():
        async with asyncio.timeout(SOON_S):
            while not (found := await suppressed(scene.installation)):
                await asyncio.sleep(0.2)
    assert [(entry["channel"], entry["sponsor"]) for entry in found] == [("inbound_call", "liste-demo")]


async def until_open(scene: Scene) -> None:
    """Wait until the PBX answers: the service has then set the line."""
    port = sip_port(scene.installation)
    async with asyncio.timeout(SOON_S):
        while True:
            async with ringer_of(Ringing(hang_up_at=0.1), port) as ringer:
                await ringer.ring()
            if ringer.status == 200:
                return
            await asyncio.sleep(0.3)


async def suppressed(installation: Installation) -> list[dict[str, str]]:
    answer = await installation.must("suppressions", "check", STRANGER)
    return list(answer["suppressions"])


def sip_port(installation: Installation) -> int:
    config = (installation.home / "pbx" / PBX / "etc" / "pjsip.conf").read_text()
    return int(config.partition("bind = ")[2].partition("\n")[0].rpartition(":")[2])
