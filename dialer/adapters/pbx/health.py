"""A health check over AMI itself: log in and wait until Asterisk says that it has booted whole."""

import asyncio

from dialer.adapters.pbx.render import AMI_USER

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
        writer.write(f"Action: Login\r\nUsername: {AMI_USER}\r\nSecret: {secret}\r\n\r\n".encode("ascii"))
        while True:
            message = (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
            if "Response: Error" in message:
                return "it refuses our AMI secret"
            if _BOOTED in message:
                return ""
    finally:
        writer.close()
