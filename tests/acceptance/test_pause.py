"""Pause and resume at 50 calls a second, judged by the INVITEs that reach the callees."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dialer.simulated_callees.personas import Persona, number_for
from dialer.simulated_callees.received import ReceivedInvite
from tests.acceptance.conftest import MARK, PBX, Scene
from tests.harness.patience import SOON_S
from tests.harness.stalls import Stalls
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

CONTACTS = 450


async def test_no_invite_arrives_after_the_answer_to_a_pause_and_resume_calls_nobody_twice(
    scene: Scene, tmp_path: Path, stalls: Stalls
) -> None:
    numbers = [number_for(Persona.BUSY, index) for index in range(CONTACTS)]
    campaign = await scene.installation.campaign(
        fast_campaign_file(tmp_path), contact_file(tmp_path, numbers)
    )
    fast_trunk(scene)
    async with scene.installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        await _until_called(scene, 150)
        await served.post(f"/v1/campaigns/{campaign}/pause")
        await scene.mark()
        await asyncio.sleep(3)
        before, after = await scene.called_before_and_after_the_mark()
        assert 150 <= len(before) < CONTACTS
        assert after == []
        await served.post(f"/v1/campaigns/{campaign}/resume")
        await _until_called(scene, CONTACTS + 1)
        await asyncio.sleep(2)
    assert rate(before, stalls) <= 55, "no faster than the campaign says"
    calls = Counter(invite.number for invite in await scene.callees.invites())
    assert calls == Counter([*numbers, MARK])


async def test_a_pause_at_the_command_line_holds_and_ends_for_the_running_service(
    scene: Scene, tmp_path: Path
) -> None:
    """The other process is new: for earlier calls it waits until the network has answered them."""
    numbers = [number_for(Persona.BUSY, index) for index in range(CONTACTS)]
    campaign = await scene.installation.campaign(
        fast_campaign_file(tmp_path), contact_file(tmp_path, numbers)
    )
    async with scene.installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        await _until_called(scene, 50)
        paused = await scene.installation.cli("campaign", "pause", campaign)
        assert (paused.status, paused.err) == (0, "")
        await scene.mark()
        await asyncio.sleep(2)
        before, after = await scene.called_before_and_after_the_mark()
        assert 50 <= len(before) < CONTACTS
        assert after == []
        resumed = await scene.installation.cli("campaign", "resume", campaign)
        assert (resumed.status, resumed.err) == (0, "")
        await _until_called(scene, len(before) + 1 + 50)
        await served.post(f"/v1/campaigns/{campaign}/stop")
    calls = Counter(invite.number for invite in await scene.callees.invites())
    assert max(calls.values()) == 1


def fast_trunk(scene: Scene) -> None:
    """Allow a faster trunk in dialer.toml; by default it is 20 calls a second."""
    (scene.installation.home / "dialer.toml").write_text(
        f'''
[[trunk]]
name = "default"
pbx = ["{PBX}"]
host = "127.0.0.1:{scene.sip_port}"
calls_per_second = 60
max_concurrent = 200
''',
        encoding="utf-8",
    )


def rate(invites: Sequence[ReceivedInvite], stalls: Stalls) -> float:
    """Calls a second, from the first to the last; a stall may have made the first one late."""
    first, last = invites[0].at, invites[-1].at
    return (len(invites) - 1) / (last - first + stalls.between(first - 1, last))


async def _until_called(scene: Scene, count: int) -> None:
    async with asyncio.timeout(2 * SOON_S):
        while len(await scene.callees.invites()) < count:
            await asyncio.sleep(0.05)
