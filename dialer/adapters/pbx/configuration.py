"""The configuration of a PBX: its specification, and the files rendered from it.

Rendering reads the templates of docker/asterisk and writes nothing.
"""

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from dialer.adapters.pbx.container import DOCKER, MODULES, dialplan_files
from dialer.adapters.secret_files import copies_key
from dialer.domain.base.errors import InvalidInput, Problem
from dialer.domain.campaigns.campaign_definition import PART_NAME

NAME = re.compile(PART_NAME)
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class TrunkEndpoint:
    """Target of one trunk's INVITEs, SIP over UDP. `host` is an IPv4 address or a host name."""

    name: str
    host: str
    port: int

    @property
    def sound(self) -> bool:
        return bool(NAME.fullmatch(self.name) and HOST.fullmatch(self.host)) and 1 <= self.port <= 65535

    @property
    def loopback(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class PbxSpec:
    """A PBX of a home. RTP uses the UDP ports from `rtp_first` to `rtp_last`, two a call.

    Raise `InvalidInput`, naming every bad field: these values go into Asterisk's configuration.
    """

    name: str
    sip_port: int
    ami_port: int
    rtp_first: int
    rtp_last: int
    trunks: tuple[TrunkEndpoint, ...]
    home: Path

    def __post_init__(self) -> None:
        if problems := (*self._bad_ports(), *self._bad_names()):
            raise InvalidInput("this PBX cannot be", problems)

    def _bad_ports(self) -> tuple[Problem, ...]:
        ports = {
            "SIP port": self.sip_port,
            "AMI port": self.ami_port,
            "RTP": self.rtp_first,
            "RTP end": self.rtp_last,
        }
        bad = [
            Problem(name, f"{port} is not a port")
            for name, port in ports.items()
            if not 1024 <= port <= 65535
        ]
        if self.rtp_last <= self.rtp_first:
            bad.append(Problem("RTP", f"{self.rtp_first}-{self.rtp_last} holds no two ports"))
        return tuple(bad)

    def _bad_names(self) -> tuple[Problem, ...]:
        bad = (
            []
            if NAME.fullmatch(self.name)
            else [Problem("name", f"{self.name!r} is not lower-case letters, digits and hyphens")]
        )
        bad += [
            Problem("trunk", f"{trunk.name!r} at {trunk.host}:{trunk.port} cannot be")
            for trunk in self.trunks
            if not trunk.sound
        ]
        if len({trunk.name for trunk in self.trunks}) != len(self.trunks):
            bad.append(Problem("trunk", "a name stands twice"))
        return tuple(bad)

    @property
    def container(self) -> str:
        return container_of(self.home, self.name)

    @property
    def sip_address(self) -> str:
        """Return loopback for as long as no trunk needs more."""
        return "127.0.0.1" if all(trunk.loopback for trunk in self.trunks) else "0.0.0.0"  # noqa: S104


@dataclass(frozen=True, slots=True)
class RunningPbx:
    """A started PBX, as recorded in the home. Its two hashes are SHA-256, hexadecimal."""

    name: str
    container: str
    image: str
    ami: str
    sip: str
    rtp: str
    trunks: tuple[str, ...]
    config_hash: str
    dialplan_hash: str


def container_of(home: Path, name: str) -> str:
    """Name the container uniquely to the home: several homes may run PBXes of the same name."""
    return f"dialer-{name}-{hashlib.sha256(str(home.absolute()).encode()).hexdigest()[:8]}"


AMI_USER = "dialer"


@dataclass(frozen=True, slots=True)
class PbxSecrets:
    """The secrets of a PBX.

    `ami` is the AMI password, `seal` the key of the seals that 10-permit.conf checks, `line` that
    of the numbers that 95-inbound.conf stores.
    """

    ami: str
    seal: str
    line: str


def render(spec: PbxSpec, secrets: PbxSecrets) -> dict[str, str]:
    """Render the files: text by file name below /etc/asterisk."""
    values = {
        "name": spec.name,
        "modules": [
            line for line in MODULES.read_text(encoding="utf-8").splitlines() if line.endswith(".so")
        ],
        "ami_port": spec.ami_port,
        "user": AMI_USER,
        "secret": secrets.ami,
        "copies_key": copies_key(secrets.ami),
        "seal_key": secrets.seal,
        "line_key": secrets.line,
        "sip_bind": f"{spec.sip_address}:{spec.sip_port}",
        "trunks": spec.trunks,
        "rtp_first": spec.rtp_first,
        "rtp_last": spec.rtp_last,
        "dialplan_files": [file.name for file in dialplan_files()],
    }
    templates = _templates()
    files = {
        name.removesuffix(".j2"): templates.get_template(name).render(values)
        for name in templates.list_templates(extensions=["j2"])
    }
    return files | {f"dialplans/{file.name}": file.read_text(encoding="utf-8") for file in dialplan_files()}


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(DOCKER / "asterisk"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=select_autoescape(),
    )
