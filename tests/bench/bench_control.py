"""Pause and key 9 at 50 calls a second, measured at the callees.

    python -m tests.bench.bench_control [contacts] [rows] [busy]

A real Asterisk, `dialer serve` in a process of its own, half of the callees busy, the other half
pressing 9 right after they answered. Meanwhile a list of so many `rows` is imported for another
campaign, and so many other programs keep a core `busy`. Ends with status 1 where a 9 was not
stored, or an INVITE came after the answer to a pause.
"""

import asyncio
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from dialer.adapters.pbx import lifecycle
from dialer.simulated_callees.callees import SimulatedCallees
from dialer.simulated_callees.personas import RANGES, Persona, number_for
from dialer.simulated_callees.received import ReceivedCall
from tests.acceptance.installation import Installation, Served
from tests.harness.ports import free_port
from tests.pbx.manager import Manager, manager_at
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

PBX = "bench"
RATE = 50
PAUSES = 5
LOOK_EVERY_S = 0.005
ROWS = 100_000
BUSY = 2
GRACE_S = 0.05
"""Seconds after which the callees may still read an INVITE that left before the answer."""
TRUNK = """
[[trunk]]
name = "default"
pbx = ["{pbx}"]
host = "127.0.0.1:{port}"
calls_per_second = 60
max_concurrent = 1000
"""
STORED = "SELECT id, source FROM suppressions WHERE id > ? ORDER BY id"
NUMBERS = "SELECT a.id, c.number FROM attempts a JOIN contacts c ON c.id = a.contact_id"


@dataclass(slots=True)
class Bench:
    """Measurements: instants in seconds of the monotonic clock, by attempt."""

    installation: Installation
    callees: SimulatedCallees
    ami_port: int
    locked: dict[str, float] = field(default_factory=dict)
    committed: dict[str, float] = field(default_factory=dict)
    pauses: list[float] = field(default_factory=list)
    resumed: list[float] = field(default_factory=list)
    halted: bool = False
    imported: tuple[float, float] = (0.0, 0.0)
    """Spans, each from its begin to its end."""


@asynccontextmanager
async def bench(home: Path) -> AsyncIterator[Bench]:
    sip_port, rtp_port, own_port = (free_port(socket.SOCK_DGRAM) for _ in range(3))
    ami_port = free_port(socket.SOCK_STREAM)
    made = Installation(home)
    await made.prepare()
    await made.must(
        *("pbx", "up", "--name", PBX, "--trunk", f"127.0.0.1:{sip_port}", "--sip-port", str(own_port)),
        *("--ami-port", str(ami_port), "--rtp", "26000-27998"),
    )
    (home / "dialer.toml").write_text(TRUNK.format(pbx=PBX, port=sip_port))
    try:
        async with SimulatedCallees.start(
            sip_port=sip_port, rtp_port=rtp_port, prompts=home / "prompts"
        ) as callees:
            yield Bench(made, callees, ami_port)
    finally:
        await lifecycle.down(PBX, home)


@contextmanager
def kept_busy(cores: int) -> Iterator[None]:
    """Run other programs, which want as much of the machine as we do."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


async def import_meanwhile(bench: Bench, folder: Path, rows: int) -> None:
    """Import a list for campaigns that are not running."""
    numbers = [f"{block}{index:04}" for index in range(10_000) for block in RANGES]
    began = time.monotonic()
    for part in range(0, rows, len(numbers)):
        others = folder / f"others-{part}"
        others.mkdir()
        campaign = await bench.installation.must("campaign", "create", str(fast_campaign_file(others)))
        await bench.installation.contacts(campaign["id"], contact_file(others, numbers[: rows - part]))
    bench.imported = began, time.monotonic()


async def run(bench: Bench, folder: Path, count: int, rows: int) -> None:
    kinds = (Persona.BUSY, Persona.NINE_AT_ONCE)
    numbers = [number_for(kind, index) for index in range(count // 2) for kind in kinds]
    file = fast_campaign_file(folder, calls_per_second=RATE, max_concurrent=1000)
    campaign = await bench.installation.campaign(file, contact_file(folder, numbers))
    secret = (bench.installation.home / f"{PBX}.secret").read_text().strip()
    manager = await manager_at(bench.ami_port, "dialer", secret)
    importing = asyncio.create_task(import_meanwhile(bench, folder, rows))
    async with bench.installation.serve() as served, asyncio.TaskGroup() as watching:
        watchers = [
            watching.create_task(watch_locks(bench, manager)),
            watching.create_task(watch_commits(bench)),
        ]
        await served.post(f"/v1/campaigns/{campaign}/start")
        await pause_now_and_then(bench, served, campaign)
        await bench.callees.ended(len(numbers), within_s=600)
        await asyncio.sleep(2)
        for watcher in watchers:
            watcher.cancel()
        await importing
        bench.halted = (await served.get("/v1/system"))["halted"]
    await manager.close()


async def pause_now_and_then(bench: Bench, served: Served, campaign: str) -> None:
    for _ in range(PAUSES):
        await asyncio.sleep(2)
        await served.post(f"/v1/campaigns/{campaign}/pause")
        bench.pauses.append(time.monotonic())
        await asyncio.sleep(1.5)
        await served.post(f"/v1/campaigns/{campaign}/resume")
        bench.resumed.append(time.monotonic())


async def watch_locks(bench: Bench, manager: Manager) -> None:
    """Watch for oppositions: the dialplan tells of a 9 once AstDB holds it."""
    read = 0
    while True:
        async with manager.arrived:
            await manager.arrived.wait()
            now = time.monotonic()
            events, read = manager.events[read:], len(manager.events)
        for event in events:
            if event.get("UserEvent") == "DialerOpposed":
                bench.locked.setdefault(event["Attempt"], now)


async def watch_commits(bench: Bench) -> None:
    with closing(sqlite3.connect(bench.installation.home / "dialer.db")) as connection:
        last = 0
        while True:
            rows = connection.execute(STORED, (last,)).fetchall()
            now = time.monotonic()
            for last, attempt in rows:  # noqa: B007
                bench.committed.setdefault(attempt, now)
            await asyncio.sleep(LOOK_EVERY_S)


async def report(bench: Bench) -> bool:
    """Print the measurements. Return True where every promise was kept."""
    calls = await bench.callees.calls()
    invites = sorted(invite.at for invite in await bench.callees.invites())
    print(
        f"{len(invites)} INVITEs, {busiest_second(invites) / RATE:.2f} of the set rate in the busiest second"
    )
    paused = list(zip(bench.pauses, bench.resumed, strict=True))
    late = [at for at in invites if any(answer + GRACE_S < at < resumed for answer, resumed in paused)]
    print(f"{len(late)} INVITEs after the answer to a pause; halted: {bench.halted}")
    spans = list(zip([invites[0], *bench.resumed], [*bench.pauses, invites[-1]], strict=True))
    print(f"longest time without an INVITE while running: {max(gap(invites, span) for span in spans):.1f} s")
    print(
        f"the import lasted from {bench.imported[0] - invites[0]:.0f} to {bench.imported[1] - invites[0]:.0f} s, the calls {invites[-1] - invites[0]:.0f} s"
    )
    nines = dict(pressed(calls))
    with closing(sqlite3.connect(bench.installation.home / "dialer.db")) as connection:
        numbers = dict(connection.execute(NUMBERS))
    for what, instants in (("PBX lock", bench.locked), ("committed suppression", bench.committed)):
        show(
            f"key 9 down -> {what}",
            [at - nines[numbers[a]] for a, at in instants.items() if numbers[a] in nines],
        )
    stored = {numbers[attempt] for attempt in bench.committed}
    print(f"{len(nines)} nines, {len(bench.locked)} locked, {len(bench.committed)} committed")
    return not late and not bench.halted and nines.keys() <= stored


def gap(invites: Sequence[float], span: tuple[float, float]) -> float:
    """Longest time without an INVITE within `span`, in seconds."""
    begin, end = span
    instants = [begin, *(at for at in invites if begin < at < end), end]
    return max(later - earlier for earlier, later in pairwise(instants))


def pressed(calls: Sequence[ReceivedCall]) -> Iterator[tuple[str, float]]:
    """Yield each number that pressed 9, with the instant at which it went down."""
    for call in calls:
        for key in call.keys:
            if key.key == "9" and call.answered_at is not None:
                yield call.number, call.answered_at + key.down_ms / 1000


def busiest_second(instants: Sequence[float]) -> int:
    return max(sum(begin <= at < begin + 1 for at in instants) for begin in instants)


def show(what: str, seconds: list[float]) -> None:
    ordered = sorted(second * 1000 for second in seconds)
    p99 = ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]
    print(
        f"{what:40s} median {statistics.median(ordered):8.1f} ms   99 % {p99:8.1f} ms   max {ordered[-1]:8.1f} ms"
    )


async def main() -> bool:
    count, rows, cores = (
        int(word) for word in [*sys.argv[1:], *map(str, (800, ROWS, BUSY)[len(sys.argv) - 1 :])]
    )
    with TemporaryDirectory() as folder:
        async with bench(Path(folder) / "home") as made:
            with kept_busy(cores):
                await run(made, Path(folder), count, rows)
            return await report(made)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
