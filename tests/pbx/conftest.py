"""A real Asterisk for all tests of this folder, in a home of its own and on ports of its own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialer.adapters.pbx import lifecycle
from dialer.adapters.pbx.configuration import PbxSpec, TrunkEndpoint
from tests.harness.ports import free_port
from tests.harness.stalls import Stalls
from tests.pbx.manager import manager_at
from tests.pbx.observed_call import Line
from tests.pbx.sounds import write_prompts

NAME = "tested"
TRUNKS = ("default", *(f"trunk{n}" for n in range(1, 16)))
"""A callee each: so many calls run side by side."""


@dataclass(frozen=True, slots=True)
class Pbx:
    spec: PbxSpec
    secret: str
    seal_key: str


def spec_in(home: Path, name: str = NAME) -> PbxSpec:
    return PbxSpec(
        name=name,
        sip_port=free_port(socket.SOCK_DGRAM),
        ami_port=free_port(socket.SOCK_STREAM),
        rtp_first=23000,
        rtp_last=23400,
        trunks=tuple(TrunkEndpoint(name, "127.0.0.1", free_port(socket.SOCK_DGRAM)) for name in TRUNKS),
        home=home,
    )


@pytest.fixture(scope="session")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    home = tmp_path_factory.mktemp("pbx-home")
    spec = spec_in(home)
    write_prompts(home / "prompts")
    asyncio.run(lifecycle.up(spec))
    yield Pbx(
        spec, (home / f"{NAME}.secret").read_text().strip(), (home / f"{NAME}.seal").read_text().strip()
    )
    asyncio.run(lifecycle.down(NAME, home))


@pytest.fixture
async def line(pbx: Pbx, stalls: Stalls) -> AsyncIterator[Line]:
    """A logged-in manager and the trunk's port: enough for a test that makes a call."""
    manager = await manager_at(pbx.spec.ami_port, "dialer", pbx.secret)
    yield Line(manager, pbx.seal_key, list(reversed(pbx.spec.trunks)), pbx.spec.sip_port, stalls)
    await manager.close()
