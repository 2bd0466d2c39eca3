"""Two processes of the service, two PBXs, one PostgreSQL: each process drives a PBX.

When one dies the other takes over, and calls no number twice.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dialer.adapters.pbx import lifecycle
from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import PBX, Scene
from tests.acceptance.installation import Served
from tests.contract.postgres import postgres_server
from tests.harness.patience import SOON_S
from tests.harness.ports import free_port, sound_ports
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

OTHER = "acceptance2"
CONTACTS = 500
RATE = 5


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    with postgres_server() as folder:
        yield {"DIALER_DATABASE_URL": f"postgresql://postgres@/postgres?host={folder}"}


@pytest.fixture
async def wide_scene(scene: Scene) -> AsyncIterator[Scene]:
    """Scene whose trunk leads through two PBXs."""
    sip_port, ami_port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
    home = scene.installation.home
    await scene.installation.must(
        *("pbx", "up", "--name", OTHER, "--trunk", f"127.0.0.1:{scene.sip_port}"),
        *("--sip-port", str(sip_port), "--ami-port", str(ami_port), "--rtp", sound_ports()),
    )
    (home / "dialer.toml").write_text(
        f'[[trunk]]\nname = "default"\npbx = ["{PBX}", "{OTHER}"]\nhost = "127.0.0.1:{scene.sip_port}"\n'
    )
    try:
        yield scene
    finally:
        await lifecycle.down(OTHER, home)


async def test_a_process_takes_over_from_a_dead_one_and_a_pause_holds_for_both(
    wide_scene: Scene, tmp_path: Path
) -> None:
    scene, numbers = wide_scene, [number_for(Persona.BUSY, index) for index in range(CONTACTS)]
    campaign = await scene.installation.campaign(
        fast_campaign_file(tmp_path, calls_per_second=RATE), contact_file(tmp_path, numbers)
    )
    async with scene.installation.serve() as first, scene.installation.serve() as second:
        await second.post(f"/v1/campaigns/{campaign}/start")
        await _both_call(second, campaign, 5)
        await first.post(f"/v1/campaigns/{campaign}/pause")
        await scene.mark()
        await asyncio.sleep(2)
        _, after = await scene.called_before_and_after_the_mark()
        assert after == []
        await first.post(f"/v1/campaigns/{campaign}/resume")
        await _both_call(second, campaign, 5)
        await first.kill()
        await _both_call(second, campaign, 5)
        await second.post(f"/v1/campaigns/{campaign}/stop")
    received = Counter(invite.number for invite in await scene.callees.invites())
    assert max(received.values()) == 1


async def _both_call(served: Served, campaign: str, more: int) -> None:
    """Wait until so many more calls have ended on each of the two PBXs."""
    before = await _ended(served, campaign)
    since: Counter[str] = Counter()
    async with asyncio.timeout(2 * SOON_S):
        while min(since[pbx] for pbx in (PBX, OTHER)) < more:
            await asyncio.sleep(0.5)
            since = await _ended(served, campaign) - before


async def _ended(served: Served, campaign: str) -> Counter[str]:
    page = await served.get(f"/v1/calls?campaign={campaign}&limit=1000")
    return Counter(call["pbx"] for call in page["items"] if call["ended_at"] and call["dial_status"])
