"""`dialer serve` whose output and log go nowhere."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientError, ClientSession

from tests.harness.patience import SOON_S
from tests.harness.ports import free_port
from tests.integration.command import Command

NOBODY = '[[webhook]]\nurl = "http://127.0.0.1:1/hook"\nsecret_file = "hook.secret"\n'
LOST = re.compile(r"^dialer_log_lines_lost_total (\d+)", re.MULTILINE)


@asynccontextmanager
async def serving_into_the_void(port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    full = os.open("/dev/full", os.O_WRONLY)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dialer", "serve", "--port", str(port)),
        env=dict(os.environ),
        stdout=full,
        stderr=full,
    )
    os.close(full)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def lost_lines(http: ClientSession, process: asyncio.subprocess.Process) -> int:
    """Lines lost by the service's count; fails where it has ended."""
    assert process.returncode is None, f"the service ended with {process.returncode}"
    try:
        async with http.get("/metrics") as answer:
            found = LOST.search(await answer.text())
    except ClientError:
        return 0
    return int(found[1]) if found else 0


async def halt_and_stop(token: str) -> int:
    """Halt over HTTP, wait until lines were lost after that, end the service.

    Return its exit status.
    """
    port = free_port(socket.SOCK_STREAM)
    async with (
        serving_into_the_void(port) as process,
        ClientSession(f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}) as http,
        asyncio.timeout(SOON_S),
    ):
        while not (before := await lost_lines(http, process)):
            await asyncio.sleep(0.05)
        async with http.post("/v1/system/halt", data=json.dumps({"reason": "complaints"})) as halted:
            assert halted.status == 200
        # The halt's notification is a line in the log, which goes nowhere.
        while await lost_lines(http, process) == before:
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        return await process.wait()


def test_the_service_outlives_a_log_on_a_full_disk(dialer: Command) -> None:
    token = dialer.must("token", "create", "--role", "admin", "--name", "outlives")["token"]
    (dialer.home / "hook.secret").write_text("secret\n")
    with (dialer.home / "dialer.toml").open("a") as settings:
        settings.write(NOBODY)
    assert asyncio.run(halt_and_stop(token)) == 0
