"""A whole installation as a user has one: home, PBX, `dialer` command and `dialer serve`.

The command and the service run in processes of their own, Asterisk in its container.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.harness.dates import TODAY
from tests.harness.patience import SOON_S
from tests.integration.api.client import IDLE_S
from tests.integration.command import Ran

MORNING = "2027-02-01T10:30:00+01:00"
"""A Monday within every consent of these tests, at which the service pretends to be."""

COLLECTED_AT = "2026-11-01T10:00:00+01:00"


@dataclass(slots=True)
class Served:
    """A running `dialer serve`, and a client with an administrator's token."""

    process: asyncio.subprocess.Process
    address: str
    http: aiohttp.ClientSession

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        async with self.http.post(self.address + path, json=body or {}) as answer:
            assert answer.status < 300, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def get(self, path: str) -> Any:
        async with self.http.get(self.address + path) as answer:
            assert answer.status == 200, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def kill(self) -> None:
        """Kill it as the machine would: no farewell."""
        self.process.kill()
        await self.process.wait()


@dataclass(slots=True)
class Installation:
    home: Path
    token: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    async def cli(self, *words: str) -> Ran:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dialer", *words),
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Ran(process.returncode or 0, out.decode(), err.decode())

    async def must(self, *words: str) -> Any:
        """Run with `--json`. Return the document, or fail the test."""
        ran = await self.cli(*words, "--json")
        assert ran.status == 0, ran.err
        return ran.json

    async def prepare(self) -> None:
        self.token = (await self.must("init", "--pretend-now", TODAY))["admin_token"]

    async def campaign(self, file: Path, contacts: Path) -> str:
        """Create, fill and approve a campaign. Return its id."""
        campaign = await self.must("campaign", "create", str(file))
        await self.contacts(campaign["id"], contacts)
        await self.must("campaign", "approve", campaign["id"])
        return str(campaign["id"])

    async def contacts(self, campaign: str, file: Path) -> None:
        words = ("--source-class", "opt_in_form", "--supplier", "own form", "--collected-at", COLLECTED_AT)
        await self.must("contacts", "import", str(file), "--campaign", campaign, *words)

    @asynccontextmanager
    async def serve(self, *, at: str = MORNING) -> AsyncIterator[Served]:
        """Serve. `at` is the time when the service starts, as RFC 3339."""
        with (self.home / "serve.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "dialer", "serve", "--port", "0", "--pretend-now", at),
                env=self._environment(),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        try:
            address = await self._address(process)
            headers = {"Authorization": f"Bearer {self.token}"}
            connector = aiohttp.TCPConnector(keepalive_timeout=IDLE_S)
            async with aiohttp.ClientSession(headers=headers, connector=connector) as http:
                served = Served(process, address, http)
                yield served
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), SOON_S)

    async def _address(self, process: asyncio.subprocess.Process) -> str:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), SOON_S)).decode()
        assert "listening on " in line, (self.home / "serve.log").read_text()[-2000:]
        return line.split("listening on ")[1].strip()

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
        return inherited | {"DIALER_HOME": str(self.home)} | self.environment
