"""`dialer pbx up|down|status` with the real Docker: its starts, its remains, its faults.

Each fault is told in one line.
"""

import json
import os
import re
import socket
import stat
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialer.adapters.pbx import lifecycle
from dialer.adapters.pbx.configuration import PbxSpec, TrunkEndpoint
from dialer.adapters.pbx.container import AsteriskNotUp, NoDocker, PortBusy, RunningOtherwise
from dialer.adapters.pbx.dialplan import approved_hash
from dialer.adapters.pbx.home import PbxHome
from dialer.domain.base.errors import InvalidInput, NotFound
from tests.pbx.conftest import spec_in


@pytest.fixture
async def spec(tmp_path: Path) -> AsyncIterator[PbxSpec]:
    made = spec_in(tmp_path, "short")
    yield made
    if (await lifecycle.status("short", tmp_path)).running is not None:
        await lifecycle.down("short", tmp_path)


def shell(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


async def test_a_pbx_is_up_once_asked_twice_and_down_when_stopped(spec: PbxSpec) -> None:
    running = await lifecycle.up(spec)
    assert await lifecycle.up(spec) == running
    assert (await lifecycle.status("short", spec.home)).state == "up"
    assert lifecycle.started(spec.home) == ("short",)
    assert running.dialplan_hash == approved_hash()
    await lifecycle.down("short", spec.home)
    assert (await lifecycle.status("short", spec.home)).state == "down"
    assert lifecycle.started(spec.home) == ()
    with pytest.raises(NotFound, match="no PBX 'short' was started"):
        await lifecycle.down("short", spec.home)


async def test_the_container_is_locked_in(spec: PbxSpec) -> None:
    running = await lifecycle.up(spec)
    found = json.dumps(json.loads(shell("docker", "inspect", running.container)))
    assert '"ReadonlyRootfs": true' in found
    assert '"CapDrop": ["ALL"]' in found
    assert '"SecurityOpt": ["no-new-privileges"]' in found
    assert '"Privileged": false' in found
    assert not re.search(r'"User": "(0|root)?[:"]', found)
    assert "127.0.0.1:" in shell("ss", "-Hltn", f"sport = :{spec.ami_port}")


async def test_secrets_are_readable_by_their_owner_alone_and_outlive_a_restart(spec: PbxSpec) -> None:
    await lifecycle.up(spec)
    place = PbxHome(spec.home, "short")
    files = [
        spec.home / "short.secret",
        spec.home / "short.seal",
        place.etc / "manager.conf",
        place.etc / "extensions.conf",
    ]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 4
    secrets = place.secrets()
    await lifecycle.down("short", spec.home)
    assert place.secrets() == secrets
    assert len({secrets.ami, secrets.seal}) == 2


async def test_another_configuration_is_not_forced_on_a_running_pbx(spec: PbxSpec) -> None:
    await lifecycle.up(spec)
    other = PbxSpec("short", spec.sip_port, spec.ami_port, 24000, 24100, spec.trunks, spec.home)
    with pytest.raises(RunningOtherwise, match="dialer pbx down --name short"):
        await lifecycle.up(other)


@pytest.mark.parametrize(
    ("kind", "option"), [(socket.SOCK_STREAM, "--ami-port"), (socket.SOCK_DGRAM, "--sip-port")]
)
async def test_a_busy_port_is_named_and_nothing_is_left(
    spec: PbxSpec, kind: socket.SocketKind, option: str
) -> None:
    port = spec.ami_port if kind is socket.SOCK_STREAM else spec.sip_port
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", port))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        with pytest.raises(PortBusy, match=rf"port {port} is in use.*{option}"):
            await lifecycle.up(spec)
    assert list(spec.home.iterdir()) == []


@pytest.mark.parametrize("engine", ["unix:///nonexistent/docker.sock", "tcp://127.0.0.1:1"])
async def test_without_docker_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.setenv("DOCKER_HOST", engine)
    with pytest.raises(NoDocker, match=r"docker/engine\.sh"):
        await lifecycle.up(spec_in(tmp_path))


async def test_without_a_docker_command_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoDocker, match="no docker command"):
        await lifecycle.up(spec_in(tmp_path))


async def test_an_asterisk_that_cannot_start_gives_its_last_word_and_leaves_no_container(
    spec: PbxSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "_START_S", 2)
    spec.home.joinpath("pbx", "short", "astdb", "astdb.sqlite3").mkdir(parents=True)
    with pytest.raises(AsteriskNotUp, match="did not start"):
        await lifecycle.up(spec)
    assert shell("docker", "ps", "-aq", "--filter", f"name={spec.container}") == ""


def test_what_would_break_the_configuration_is_refused(tmp_path: Path) -> None:
    trunk = TrunkEndpoint("default", "127.0.0.1\nallow=all", 5080)
    with pytest.raises(InvalidInput) as refusal:
        PbxSpec("a b", 80, 5038, 20001, 20000, (trunk,), tmp_path)
    assert [problem.where for problem in refusal.value.problems] == ["SIP port", "RTP", "name", "trunk"]


def test_two_homes_have_two_containers(tmp_path: Path) -> None:
    assert spec_in(tmp_path / "a").container != spec_in(tmp_path / "b").container


async def test_astdb_outlives_the_container(spec: PbxSpec) -> None:
    await lifecycle.up(spec)
    await lifecycle.down("short", spec.home)
    kept = spec.home / "pbx" / "short" / "astdb" / "astdb.sqlite3"
    assert kept.stat().st_uid == (10101 if os.geteuid() == 0 else os.geteuid())
