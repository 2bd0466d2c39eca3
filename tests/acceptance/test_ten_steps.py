"""The ten steps of the README, as they stand there: real Asterisk, fictional people, one shell."""

import asyncio
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.adapters.pbx import lifecycle
from tests.acceptance.installation import Installation
from tests.docs.samples import README, samples
from tests.docs.session import play
from tests.harness.fixtures import CalleePorts
from tests.harness.ports import free_port, sound_ports

PBX = "pbx1"
BEFORE = """\
dialer() {{
    case "$1 ${{2-}}" in
        "pbx up") command dialer "$@" --sip-port {sip} --ami-port {ami} --rtp {rtp} ;;
        "serve "*) command dialer "$@" --port 0 ;;
        *) command dialer "$@" ;;
    esac
}}
trap 'trap "" TERM; kill -- -$$; wait' EXIT
"""
"""Lines that use the ports of this test, and end what the steps leave running."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Folder of a reader who has cloned the project and run `make demo`."""
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    yield tmp_path
    if PBX in lifecycle.started(tmp_path / "var"):
        asyncio.run(lifecycle.down(PBX, tmp_path / "var"))


def test_a_newcomer_runs_a_campaign_in_ten_steps(folder: Path, callee_ports: CalleePorts) -> None:
    before = BEFORE.format(
        sip=free_port(socket.SOCK_DGRAM), ami=free_port(socket.SOCK_STREAM), rtp=sound_ports()
    )
    swaps = {"5080": str(callee_ports.sip), "5090": str(callee_ports.rtp)}
    said = play(samples(README), folder, before, swaps)
    assert "NO_CONSENT: no consent of this number is recorded" in said
    home = Installation(folder / "var")
    calls = asyncio.run(home.must("calls", "list"))["items"]
    assert {call["contact"]: call["result"] for call in calls} == {
        "presses-1": "MESSAGE_PLAYED",
        "presses-9": "OPTED_OUT",
    }
    for number, opposed in (("+33199000100", False), ("+33199000200", True)):
        assert asyncio.run(home.must("suppressions", "check", number))["suppressed"] is opposed
    found = asyncio.run(home.cli("doctor", "--json")).json["checks"]
    about = {check["check"]: check["ok"] for check in found}
    assert about[f"pbx {PBX}"]
    assert about["trunk default"]
