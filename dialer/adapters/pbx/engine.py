"""The Docker command line, run without a shell."""

import asyncio
from dataclasses import dataclass

from dialer.adapters.pbx.errors import NoDocker

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
