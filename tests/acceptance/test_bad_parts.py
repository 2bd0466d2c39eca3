"""A part that is missing or wrong is one clear line, and nothing half-done stays behind."""

import socket
from pathlib import Path

import pytest

from tests.acceptance.conftest import PBX
from tests.acceptance.installation import Installation
from tests.harness.caller import udp_socket
from tests.harness.ports import free_port
from tests.integration.command import Ran


@pytest.fixture
async def bare(tmp_path: Path) -> Installation:
    """An installation without a PBX."""
    made = Installation(tmp_path / "home")
    await made.prepare()
    return made


def check_one_line(ran: Ran, status: int, *words: str) -> None:
    assert ran.status == status, ran.out + ran.err
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err


async def test_a_busy_http_port_stops_the_start(bare: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        check_one_line(await bare.cli("serve", "--port", str(port)), 1, str(port), "--port")


async def test_a_busy_sip_port_stops_the_pbx(bare: Installation) -> None:
    with udp_socket() as taken:
        port = taken.getsockname()[1]
        ami = free_port(socket.SOCK_STREAM)
        ran = await bare.cli("pbx", "up", "--name", PBX, "--sip-port", str(port), "--ami-port", str(ami))
    check_one_line(ran, 1, str(port))
    assert (await bare.cli("pbx", "status", "--name", PBX)).status == 1


async def test_without_docker_the_pbx_says_what_to_do(bare: Installation) -> None:
    bare.environment["DOCKER_HOST"] = "unix:///nonexistent/docker.sock"
    check_one_line(await bare.cli("pbx", "up", "--name", PBX), 1, "Docker")


async def test_a_wrong_ami_password_stops_the_service(installation: Installation) -> None:
    secret = installation.home / f"{PBX}.secret"
    secret.write_text("wrong" * 8)
    check_one_line(await installation.cli("serve", "--port", "0"), 1, "Authentication failed", "secret_file")


async def test_pretended_time_is_refused_without_a_loopback_trunk(bare: Installation) -> None:
    ran = await bare.cli("serve", "--pretend-now", "2027-02-01T10:30:00+01:00")
    check_one_line(ran, 2, "--pretend-now")


async def test_an_unknown_setting_is_named(bare: Installation) -> None:
    bare.environment["DIALER_CALLS"] = "many"
    check_one_line(await bare.cli("campaign", "list"), 2, "DIALER_CALLS")


async def test_a_config_file_that_is_named_but_absent_is_refused(bare: Installation) -> None:
    bare.environment["DIALER_CONFIG"] = str(bare.home / "absent.toml")
    check_one_line(await bare.cli("campaign", "list"), 2, "absent.toml")


async def test_a_home_that_was_never_initialised_says_so(tmp_path: Path) -> None:
    check_one_line(await Installation(tmp_path / "nothing").cli("campaign", "list"), 1, "dialer")
