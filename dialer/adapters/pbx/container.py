"""The image of Asterisk, Docker's command line, and a one-line error for each reason not to run.

Docker is run without a shell. An image is named by its sources, so a change of docker/ is another
image. docker/ and dialplans/ lie in the checkout, or inside the installed package.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import dialer
from dialer.domain.base.errors import Conflict, Unavailable


class NoDocker(Unavailable):
    """No Docker client, no engine that answers, or no right to use it."""

    code = "NO_DOCKER"


class ImageNotBuilt(Unavailable):
    code = "IMAGE_NOT_BUILT"


class AsteriskNotUp(Unavailable):
    """A container that ran while Asterisk did not get as far as taking calls."""

    code = "ASTERISK_NOT_UP"


class PortBusy(Conflict):
    code = "PORT_BUSY"


class RunningOtherwise(Conflict):
    """A PBX of this name that runs with another configuration. Changing it would cut its calls."""

    code = "PBX_RUNNING_OTHERWISE"


_HINT = "start Docker (docker/engine.sh installs and starts it) and try again"
_NOT_ANSWERING = (
    "Cannot connect to the Docker daemon",
    "permission denied",
    "failed to connect to the docker API",
)


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    status: int
    output: str
    complaint: str

    @property
    def last_line(self) -> str:
        lines = [line.strip() for line in (self.complaint or self.output).splitlines() if line.strip()]
        return lines[-1] if lines else f"exit status {self.status}"


async def docker(*words: str, timeout_s: float = 60) -> EngineAnswer:
    """Run `docker WORDS`. Any failure of the command itself is in the answer.

    Raise `NoDocker` where no engine can be used.
    """
    try:
        answer = await run("docker", *words, timeout_s=timeout_s)
    except FileNotFoundError:
        raise NoDocker("there is no docker command here", hint=_HINT) from None
    except TimeoutError:
        raise NoDocker(f"docker {words[0]} did not end within {timeout_s:g} s", hint=_HINT) from None
    if answer.status and any(sign in answer.complaint for sign in _NOT_ANSWERING):
        raise NoDocker("the Docker engine does not answer", hint=_HINT)
    return answer


async def run(*command: str, timeout_s: float) -> EngineAnswer:
    """Run to the end and keep both outputs.

    Raise `FileNotFoundError`, or `TimeoutError` after killing it.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(timeout_s):
            output, complaint = await process.communicate()
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    return EngineAnswer(
        process.returncode or 0, output.decode(errors="replace"), complaint.decode(errors="replace")
    )


_PACKAGE = Path(dialer.__file__).parent
_SHARE = _PACKAGE / "_share" if (_PACKAGE / "_share").is_dir() else _PACKAGE.parent

DOCKER = _SHARE / "docker"
DIALPLANS = _SHARE / "dialplans"
MODULES = DOCKER / "asterisk" / "modules.list"
ASTERISK_DOCKERFILE = DOCKER / "asterisk.Dockerfile"
ASTERISK_IMAGE = (
    ASTERISK_DOCKERFILE,
    MODULES,
    *(DOCKER / "asterisk" / name for name in ("start.sh", "key-down.pl")),
)
"""Every file that the image is made of."""


def dialplan_files() -> tuple[Path, ...]:
    """Dialplan files in the order in which Asterisk and an auditor read them."""
    return tuple(sorted(DIALPLANS.glob("*.conf")))


def hash_of(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


_BUILD_S = 900


def image_name() -> str:
    return f"dialer-asterisk:{hash_of(ASTERISK_IMAGE)[:16]}"


async def ensure_image() -> str:
    """Build the missing images and return the name. A first run takes minutes.

    Raise `ImageNotBuilt` or `NoDocker`.
    """
    image = image_name()
    known = await docker("image", "inspect", "--format", "{{.Id}}", image)
    if known.status:
        await _make_base_image()
        await _build(image)
    return image


async def _make_base_image() -> None:
    try:
        made = await run(str(DOCKER / "base-image.sh"), timeout_s=_BUILD_S)
    except TimeoutError:
        raise ImageNotBuilt(
            "making the base image took too long", hint="run docker/base-image.sh by hand"
        ) from None
    if made.status:
        raise ImageNotBuilt(f"no base image: {made.last_line}", hint="run docker/base-image.sh by hand")


async def _build(image: str) -> None:
    built = await docker(
        "build", "-q", "-t", image, "-f", str(ASTERISK_DOCKERFILE), str(DOCKER), timeout_s=_BUILD_S
    )
    if built.status:
        raise ImageNotBuilt(
            f"docker build failed: {built.last_line}", hint="mend it and run the command again"
        )
