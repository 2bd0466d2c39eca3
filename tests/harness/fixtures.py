"""Fixtures for any test that needs a callee."""

import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialer.simulated_callees.callees import SimulatedCallees
from tests.harness.ports import free_port
from tests.harness.prompts import write_script
from tests.harness.stalls import Stalls, watched


@dataclass(frozen=True, slots=True)
class CalleePorts:
    """UDP ports of 127.0.0.1: point the trunk at `sip`."""

    sip: int
    rtp: int


@pytest.fixture(scope="session")
def callee_ports() -> CalleePorts:
    """Return the same ports for all tests, so that one PBX can serve them all."""
    return CalleePorts(free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM))


@pytest.fixture(scope="session")
def prompt_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of scripts of prompts, `<script>/<prompt>.alaw`; the callees know their sounds."""
    return tmp_path_factory.mktemp("prompts")


@pytest.fixture(scope="session")
def script_audio(prompt_folder: Path) -> dict[str, bytes]:
    """A script of short prompts in the prompt folder: its audio by prompt name."""
    return write_script(prompt_folder, "5c" * 32, {})


@pytest.fixture
async def callees(callee_ports: CalleePorts, prompt_folder: Path) -> AsyncIterator[SimulatedCallees]:
    """Every persona behind one SIP port, with nothing received yet.

    Their own faults fail the test.
    """
    async with SimulatedCallees.start(
        sip_port=callee_ports.sip, rtp_port=callee_ports.rtp, prompts=prompt_folder
    ) as running:
        yield running
        assert await running.faults() == []


@pytest.fixture
def stalls() -> Iterator[Stalls]:
    """The machine's stalls during the test."""
    with watched() as seen:
        yield seen
