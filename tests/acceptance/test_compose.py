"""The installation by Docker Compose, with the very commands of the manual (field case 18).

They run in a copy of what the images are built from, as a project of its own. Compose is the one
that this machine has, the old `docker-compose` or the new `docker compose`.
"""

import asyncio
import dataclasses
import hashlib
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialer.adapters.pbx.container import ensure_image
from tests.docs.citations import ROOT
from tests.docs.samples import Sample, samples
from tests.docs.session import play
from tests.harness.ports import free_port, sound_ports
from tests.samples.campaigns import campaign_file

pytestmark = pytest.mark.timeout(1500)
"""Seconds; the first run builds two images, from packages that it fetches."""

BUILT_FROM = ("README.md", "constraints.txt", "pyproject.toml", ".dockerignore")
BUILT_FROM_FOLDERS = ("dialer", "dialplans", "docker")
WRITTEN = "127.0.0.1:8080"
"""The address of the service, as the manual writes it."""
OLD_OR_NEW = """
docker() {
    if [ "$1" = compose ]; then
        shift
        command docker-compose "$@"
    else
        command docker "$@"
    fi
}
if command docker compose version >/dev/null 2>&1; then unset -f docker; fi
"""
FILE = "docker compose -f docker/compose.yaml"
PROJECT = f"dialer-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
"""The same for each run in this checkout: one clears away what one that was killed left."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A checkout in which the manual's commands run. `http_port`: the service's."""

    folder: Path
    variables: dict[str, str]
    http_port: int

    def play(self, *told: Sample) -> str:
        return play(
            [dataclasses.replace(sample, words=()) for sample in told],
            self.folder,
            OLD_OR_NEW + "".join(f"export {name}={value}\n" for name, value in self.variables.items()),
            {WRITTEN: f"127.0.0.1:{self.http_port}"},
        )

    def run(self, command: str) -> str:
        return self.play(Sample(Path(__file__), 0, "sh", (), f"{command}\n"))

    def asterisk(self, command: str) -> str:
        return self.run(f"{FILE} exec -T asterisk asterisk -C /etc/asterisk/asterisk.conf -rx '{command}'")


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[Composed]:
    folder = tmp_path / "checkout"
    for name in BUILT_FROM_FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, folder / name)
    # What this machine's administrator trusts may be the CA of its network.
    for certificate in Path("/usr/local/share/ca-certificates").rglob("*.crt"):
        shutil.copy(certificate, folder / "docker" / "certificates" / certificate.name)
    folder.chmod(0o755)
    port = free_port(socket.SOCK_STREAM)
    variables = {
        "COMPOSE_PROJECT_NAME": PROJECT,
        "HTTP_PORT": str(port),
        "SIP_PORT": str(free_port(socket.SOCK_DGRAM)),
        "AMI_PORT": str(free_port(socket.SOCK_STREAM)),
        "RTP": sound_ports(),
        "TRUNK": f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}",
    }
    made = Composed(folder, variables, port)
    gone = f"{FILE} down --volumes --remove-orphans"
    made.run(gone)
    try:
        yield made
    finally:
        made.run(gone)


def containers(*more: str) -> list[str]:
    label = f"label=com.docker.compose.project={PROJECT}"
    listed = ["docker", "ps", "--quiet", "--filter", label, *more]
    return subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()


def test_the_manuals_commands_bring_it_up_keep_what_it_knows_and_end_it(composed: Composed) -> None:
    up, beside, settings, down = (
        sample for sample in samples(ROOT / "docs/operations.md") if "compose" in sample.words
    )
    # Asterisk's image has the same layers: so they are built once.
    asyncio.run(ensure_image())

    assert json.loads(composed.play(up).splitlines()[-1])["status"] == "ready"
    found = json.dumps(json.loads(inspected(*containers())))
    assert found.count('"ReadonlyRootfs": true') == found.count('"CapDrop": ["ALL"]') == 2
    assert found.count('"SecurityOpt": ["no-new-privileges:true"]') == 2
    assert not re.search(r'"User": "(0|root)?[:"]', found)
    assert "dlr_" not in composed.run(f"{FILE} logs prepare")

    campaign_file(composed.folder)
    said = composed.play(beside)
    assert "dlr_" in said
    assert "WRONG" not in said
    composed.asterisk("database put kept here yes")

    host = composed.variables["TRUNK"]
    trunk = f'[[trunk]]\nname = "default"\npbx = ["pbx1"]\nhost = "{host}"\nmax_concurrent = 7\n'
    (composed.folder / "dialer.toml").write_text(trunk, "utf-8")
    composed.play(settings)
    composed.run(f"{FILE} restart")
    assert what_is_kept(composed, up) == ["alice"]

    composed.play(down)
    assert containers("--all") == []
    assert what_is_kept(composed, up) == ["alice"]


def what_is_kept(composed: Composed, up: Sample) -> list[str]:
    """Wait until it is ready again; return the tokens' names. AstDB has what was put there."""
    composed.play(up)
    assert "yes" in composed.asterisk("database get kept here")
    told = json.loads(composed.run(f"{FILE} exec -T service dialer token list --json"))
    return [token["name"] for token in told["items"]]


def inspected(*ids: str) -> str:
    return subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True, check=True).stdout
