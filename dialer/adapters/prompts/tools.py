"""Runner of espeak-ng and sox as child processes.

No shell, no free text among their arguments, and a limit of time.
"""

import asyncio
from asyncio.subprocess import PIPE

from dialer.domain.base.errors import InvalidInput, Unavailable

TIMEOUT_S = 60.0


async def run(*command: str, stdin: bytes = b"") -> bytes:
    """Run a command and return its standard output.

    Raise `Unavailable` where the program is missing or hangs, `InvalidInput` with its last words
    where it fails.
    """
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    except FileNotFoundError:
        raise Unavailable(f"{command[0]} is not installed", hint=f"apt-get install {command[0]}") from None
    try:
        async with asyncio.timeout(TIMEOUT_S):
            output, complaint = await process.communicate(stdin)
    except TimeoutError:
        raise Unavailable(
            f"{command[0]} took longer than {TIMEOUT_S:.0f} s", hint="give it a shorter prompt"
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        words = complaint.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise InvalidInput(f"{command[0]} refused it ({words[-1][:200]})")
    return output
