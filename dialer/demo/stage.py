"""The demo's own home and PBX, on free ports, beside anything else on this machine."""

import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dialer.adapters.pbx import lifecycle
from dialer.adapters.pbx.configuration import PbxSpec, TrunkEndpoint
from dialer.adapters.sql.db.migrate import upgrade
from dialer.bootstrap import prepare_home
from dialer.settings import Settings, settings_of
from dialer.simulated_callees.callees import SimulatedCallees

PBX = "demo"
TRUNK = "default"


@dataclass(frozen=True, slots=True)
class Ports:
    """Free ports of 127.0.0.1 for Asterisk, the callees (SIP and sound) and the console."""

    sip: int
    ami: int
    callee_sip: int
    callee_rtp: int
    http: int


@dataclass(frozen=True, slots=True)
class Stage:
    settings: Settings
    callees: SimulatedCallees
    ports: Ports


@asynccontextmanager
async def set_stage(home: Path) -> AsyncIterator[Stage]:
    """Set up a new home, a running PBX and waiting callees. PBX and callees end with the block."""
    await clear(home)
    prepare_home(home)
    ports = _free_ports()
    await lifecycle.up(_spec(home, ports))
    try:
        settings = settings_of(home)
        await upgrade(settings.database_url)
        async with SimulatedCallees.start(
            sip_port=ports.callee_sip, rtp_port=ports.callee_rtp, prompts=home / "prompts"
        ) as callees:
            yield Stage(settings, callees, ports)
    finally:
        await lifecycle.down(PBX, home)


async def clear(home: Path) -> None:
    """End what an interrupted demo left behind."""
    if PBX in lifecycle.started(home):
        await lifecycle.down(PBX, home)
    shutil.rmtree(home, ignore_errors=True)


def _spec(home: Path, ports: Ports) -> PbxSpec:
    return PbxSpec(
        name=PBX,
        sip_port=ports.sip,
        ami_port=ports.ami,
        rtp_first=_RTP_FIRST,
        rtp_last=_RTP_FIRST + 998,
        trunks=(TrunkEndpoint(TRUNK, "127.0.0.1", ports.callee_sip),),
        home=home,
    )


_RTP_FIRST = 24000


def _free_ports() -> Ports:
    with ExitStack() as held:
        udp = [_hold(held, socket.SOCK_DGRAM) for _ in range(3)]
        tcp = [_hold(held, socket.SOCK_STREAM) for _ in range(2)]
    return Ports(sip=udp[0], ami=tcp[0], callee_sip=udp[1], callee_rtp=udp[2], http=tcp[1])


def _hold(held: ExitStack, kind: socket.SocketKind) -> int:
    """Hold a free port until all are found, so that no two are the same."""
    sock = held.enter_context(socket.socket(socket.AF_INET, kind))
    sock.bind(("127.0.0.1", 0))
    port: int = sock.getsockname()[1]
    return port
