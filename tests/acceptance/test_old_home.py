"""A home of commit 7e6fce6 is upgraded and calls on; an opposition that it holds stops the call."""

import asyncio
import socket
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialer.adapters.pbx import lifecycle
from dialer.simulated_callees.callees import SimulatedCallees
from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.installation import Installation
from tests.harness.fixtures import CalleePorts
from tests.harness.patience import SOON_S
from tests.harness.ports import free_port, sound_ports
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

SAMPLE = Path(__file__).parents[1] / "samples" / "old_home" / "sqlite.tar.xz"
NEXT_DAY = "2027-02-02T11:30:00+01:00"
"""More than 24 hours after its calls, which is the gap that the rules ask for."""
PBX = "pbx1"
HEARD_IT, OPPOSED = number_for(Persona.PRESSES_ONE, 0), number_for(Persona.NINE_IN_MESSAGE, 0)
"""Called by the old program, as it says: they heard the message; they opposed."""
NEW = number_for(Persona.PRESSES_ONE, 1)


@pytest.fixture
async def upgraded(tmp_path: Path, callee_ports: CalleePorts) -> AsyncIterator[Installation]:
    """The old home with today's schema and today's PBX, as docs/operations.md says."""
    with tarfile.open(SAMPLE) as archive:
        archive.extractall(tmp_path, filter="data")
    made = Installation(tmp_path / "home")
    await made.must("db", "upgrade")
    made.token = (await made.must("token", "create", "--role", "admin", "--name", "today"))["token"]
    sip_port, ami_port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
    await made.must(
        *("pbx", "up", "--name", PBX, "--trunk", f"127.0.0.1:{callee_ports.sip}"),
        *("--sip-port", str(sip_port), "--ami-port", str(ami_port), "--rtp", sound_ports()),
    )
    try:
        yield made
    finally:
        await lifecycle.down(PBX, made.home)


async def test_an_old_home_calls_on_and_keeps_its_oppositions(
    upgraded: Installation, callee_ports: CalleePorts, tmp_path: Path
) -> None:
    campaign = await upgraded.campaign(
        fast_campaign_file(tmp_path), contact_file(tmp_path, [HEARD_IT, OPPOSED, NEW])
    )
    async with (
        SimulatedCallees.start(
            sip_port=callee_ports.sip, rtp_port=callee_ports.rtp, prompts=upgraded.home / "prompts"
        ) as callees,
        upgraded.serve(at=NEXT_DAY) as served,
    ):
        await served.post(f"/v1/campaigns/{campaign}/start")
        async with asyncio.timeout(SOON_S):
            while (await served.get(f"/v1/campaigns/{campaign}"))["state"] != "completed":
                await asyncio.sleep(0.3)
        called = {invite.number for invite in await callees.invites()}
        assert called == {HEARD_IT, NEW}
        progress = await served.get(f"/v1/campaigns/{campaign}/progress")
    assert (progress["results"], progress["refused"]) == ({"MESSAGE_PLAYED": 2}, {"SUPPRESSED": 1})
    assert (await upgraded.must("ledger", "verify"))["verified"] is True
    replayed = await upgraded.must("replay")
    assert replayed["checked"] == replayed["same"] + replayed["erased"]
