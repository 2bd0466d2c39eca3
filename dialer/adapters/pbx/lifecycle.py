"""Start, stop and check the Dockerised Asterisk."""

import asyncio
import hashlib
import json
import resource
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dialer.adapters.pbx import configuration
from dialer.adapters.pbx.container import AsteriskNotUp, PortBusy, RunningOtherwise, docker, ensure_image
from dialer.adapters.pbx.dialplan import approved_hash
from dialer.adapters.pbx.home import PbxHome, container_user
from dialer.domain.base.errors import NotFound


def require_free_ports(spec: configuration.PbxSpec) -> None:
    """Raise `PortBusy`, naming the first port that is taken."""
    _require(socket.SOCK_STREAM, "127.0.0.1", spec.ami_port, "AMI", "--ami-port")
    _require(socket.SOCK_DGRAM, spec.sip_address, spec.sip_port, "SIP", "--sip-port")


def _require(kind: socket.SocketKind, address: str, port: int, use: str, option: str) -> None:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            # As Asterisk does: connections that only wait to be forgotten do not make a port busy.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            raise PortBusy(
                f"the {use} port {port} is in use", hint=f"free it or choose another with {option}"
            ) from None


_BOOTED = "Event: FullyBooted"


async def trouble(port: int, secret: str, *, timeout_s: float = 3) -> str:
    """Return why Asterisk on 127.0.0.1:`port` is unwell, in one line. Empty where it has booted."""
    try:
        async with asyncio.timeout(timeout_s):
            return await _ask(port, secret)
    except TimeoutError:
        return "it has not finished starting"
    except (OSError, EOFError) as error:
        return f"nothing answers on AMI port {port} ({type(error).__name__})"


async def _ask(port: int, secret: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        banner = await reader.readline()
        if not banner.startswith(b"Asterisk Call Manager"):
            return f"what answers on port {port} is not Asterisk"
        writer.write(
            f"Action: Login\r\nUsername: {configuration.AMI_USER}\r\nSecret: {secret}\r\n\r\n".encode("ascii")
        )
        while True:
            message = (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
            if "Response: Error" in message:
                return "it refuses our AMI secret"
            if _BOOTED in message:
                return ""
    finally:
        writer.close()


_START_S = 20
_OPEN_FILES = 65536


@dataclass(frozen=True, slots=True)
class PbxStatus:
    """`state` is up, down (not started, or stopped), or unwell, with the reason in `detail`."""

    name: str
    state: str
    detail: str
    running: configuration.RunningPbx | None


async def up(spec: configuration.PbxSpec) -> configuration.RunningPbx:
    """Start Asterisk, or find it running just so. It takes calls when this returns.

    Raise `NoDocker`, `PortBusy`, `ImageNotBuilt`, `AsteriskNotUp` or `RunningOtherwise`.
    """
    running = await _container_state(spec.container) == "running"
    if not running:
        await docker("rm", "-f", spec.container)
        require_free_ports(spec)
    image = await ensure_image()
    home = PbxHome(spec.home, spec.name)
    secrets = home.secrets()
    files = configuration.render(spec, secrets)
    wanted = _wanted(spec, image, files)
    if running:
        return await _as_it_runs(spec, home, secrets, wanted)
    home.write_config(files)
    await _start(wanted, home)
    try:
        await _wait_until_it_takes_calls(spec, secrets)
    except AsteriskNotUp:
        await docker("rm", "-f", spec.container)
        raise
    home.record(wanted)
    home.write_settings(spec)
    return wanted


def prepare(spec: configuration.PbxSpec) -> None:
    """Write the configuration and the settings for `serve`, and start nothing.

    docker/compose.yaml runs the containers. Leave alone a configuration that is as it should be:
    an Asterisk that starts anew meanwhile would read half of it.
    """
    home = PbxHome(spec.home, spec.name)
    files = configuration.render(spec, home.secrets())
    if not home.has_config(files):
        home.write_config(files)
    home.write_settings(spec)


async def down(name: str, home: Path) -> None:
    """Stop it. Calls in progress end. Raise `NotFound` if none of that name was started here."""
    place = PbxHome(home, name)
    container = configuration.container_of(home, name)
    if place.recorded() is None and await _container_state(container) == "":
        raise NotFound(f"no PBX {name!r} was started from {home}")
    await docker("stop", "-t", "5", container)
    await docker("rm", "-f", container)
    place.forget()


async def status(name: str, home: Path) -> PbxStatus:
    place = PbxHome(home, name)
    running = place.recorded()
    if running is None:
        return PbxStatus(name, "down", "not started from this home", None)
    state = await _container_state(running.container)
    if state != "running":
        return PbxStatus(name, "down", f"its container is {state or 'gone'}", running)
    reason = await trouble(int(running.ami.rpartition(":")[2]), place.secrets().ami)
    return PbxStatus(name, "unwell" if reason else "up", reason, running)


def started(home: Path) -> tuple[str, ...]:
    """Names of the PBXes that were started from this home and not stopped."""
    return tuple(sorted(path.parent.name for path in home.glob("pbx/*/pbx.json")))


def _wanted(spec: configuration.PbxSpec, image: str, files: Mapping[str, str]) -> configuration.RunningPbx:
    return configuration.RunningPbx(
        name=spec.name,
        container=spec.container,
        image=image,
        ami=f"127.0.0.1:{spec.ami_port}",
        sip=f"{spec.sip_address}:{spec.sip_port}",
        rtp=f"{spec.rtp_first}-{spec.rtp_last}",
        trunks=tuple(f"{trunk.name}={trunk.host}:{trunk.port}" for trunk in spec.trunks),
        config_hash=hashlib.sha256(json.dumps([image, sorted(files.items())]).encode()).hexdigest(),
        dialplan_hash=approved_hash(),
    )


async def _as_it_runs(
    spec: configuration.PbxSpec,
    home: PbxHome,
    secrets: configuration.PbxSecrets,
    wanted: configuration.RunningPbx,
) -> configuration.RunningPbx:
    if await _inspect(spec.container, '{{index .Config.Labels "dialer.config"}}') != wanted.config_hash:
        raise RunningOtherwise(
            f"PBX {spec.name!r} runs with another configuration or dialplan",
            hint=f"stop it first: dialer pbx down --name {spec.name}",
        )
    await _wait_until_it_takes_calls(spec, secrets)
    home.record(wanted)
    home.write_settings(spec)
    return wanted


async def _container_state(container: str) -> str:
    """Docker's word for the container (running, exited, ...), empty where there is none."""
    return await _inspect(container, "{{.State.Status}}")


async def _inspect(container: str, template: str) -> str:
    answer = await docker("container", "inspect", "--format", template, container)
    return answer.output.strip()


async def _start(wanted: configuration.RunningPbx, home: PbxHome) -> None:
    user = container_user()
    uid, gid = user.split(":")
    files = min(_OPEN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    answer = await docker(
        *("run", "--detach", "--name", wanted.container, "--restart", "unless-stopped"),
        *("--label", f"dialer.home={home.home}", "--label", f"dialer.config={wanted.config_hash}"),
        *("--network", "host", "--user", user, "--read-only", "--cap-drop", "ALL"),
        *("--security-opt", "no-new-privileges", "--ulimit", f"nofile={files}:{files}"),
        *("--log-opt", "max-size=10m", "--log-opt", "max-file=3"),
        *("--tmpfs", f"/run/asterisk:uid={uid},gid={gid},mode=0700"),
        *("--mount", f"type=bind,src={home.etc},dst=/etc/asterisk,readonly"),
        *("--mount", f"type=bind,src={home.astdb},dst=/var/lib/asterisk/astdb"),
        *("--mount", f"type=bind,src={home.prompts},dst=/var/lib/dialer/prompts,readonly"),
        *("--mount", f"type=bind,src={home.heard},dst=/var/lib/dialer/probes"),
        wanted.image,
    )
    if answer.status:
        await docker("rm", "-f", wanted.container)
        raise AsteriskNotUp(f"docker run failed: {answer.last_line}", hint="mend it and start the PBX again")


async def _wait_until_it_takes_calls(spec: configuration.PbxSpec, secrets: configuration.PbxSecrets) -> None:
    reason = "it never answered"
    for _ in range(_START_S * 5):
        reason = await trouble(spec.ami_port, secrets.ami)
        if not reason:
            return
        await asyncio.sleep(0.2)
    log = await docker("logs", "--tail", "5", spec.container)
    raise AsteriskNotUp(
        f"Asterisk did not start: {reason}; its last word: {log.last_line}",
        hint="mend it and start the PBX again",
    )
