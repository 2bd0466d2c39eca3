"""An installation with its own PBX, whose trunk leads to the fictional callees."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialer.adapters.pbx import lifecycle
from dialer.simulated_callees.callees import SimulatedCallees
from dialer.simulated_callees.received import ReceivedInvite
from tests.acceptance.installation import Installation
from tests.harness.caller import calling
from tests.harness.fixtures import CalleePorts
from tests.harness.ports import free_port, sound_ports

PBX = "acceptance"
MARK = "+33199009900"
"""A number without a telephone."""


@dataclass(frozen=True, slots=True)
class Scene:
    installation: Installation
    callees: SimulatedCallees
    sip_port: int
    """Port at which the trunk ends."""

    async def mark(self) -> None:
        """Call the callees ourselves.

        They take one INVITE after the other, so those before it were sent earlier, however busy the
        machine is.
        """
        async with calling(MARK, self.sip_port) as caller:
            assert await caller.invite() == 404

    async def called_before_and_after_the_mark(self) -> tuple[list[ReceivedInvite], list[ReceivedInvite]]:
        invites = await self.callees.invites()
        at = [invite.number for invite in invites].index(MARK)
        return invites[:at], invites[at + 1 :]


@pytest.fixture
def environment() -> dict[str, str]:
    """More settings for the installation; a module may have its own."""
    return {}


@pytest.fixture
async def installation(
    callee_ports: CalleePorts, tmp_path: Path, environment: dict[str, str]
) -> AsyncIterator[Installation]:
    """Installation with a running PBX; both end with the test."""
    made = Installation(tmp_path / "home", environment=environment)
    sip_port, ami_port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
    await made.prepare()
    await made.must(
        *("pbx", "up", "--name", PBX, "--trunk", f"127.0.0.1:{callee_ports.sip}"),
        *("--sip-port", str(sip_port), "--ami-port", str(ami_port), "--rtp", sound_ports()),
    )
    try:
        yield made
    finally:
        await lifecycle.down(PBX, made.home)


@pytest.fixture
async def scene(installation: Installation, callee_ports: CalleePorts) -> AsyncIterator[Scene]:
    async with SimulatedCallees.start(
        sip_port=callee_ports.sip, rtp_port=callee_ports.rtp, prompts=installation.home / "prompts"
    ) as callees:
        yield Scene(installation, callees, callee_ports.sip)
