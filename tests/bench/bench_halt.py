"""A halt over a long list: its cost, and how soon it is over.

    python -m tests.bench.bench_halt [contacts] [seconds of halt]

100,000 and ten minutes unless said; `make bench` is content with less. Everybody on the list is due
all the while. A real Asterisk, `dialer serve` in a process of its own.
"""

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from dialer.simulated_callees.personas import RANGES
from tests.acceptance.installation import Installation
from tests.bench.quick_callees import Callees, quick_callees
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

RATE = 20
EACH = 50_000
"""Numbers that are kept for fiction: more people are in further campaigns."""
SETTLE_S = 5.0


async def main() -> None:
    count, seconds = (int(word) for word in [*sys.argv[1:], *("100000", "600")[len(sys.argv) - 1 :]])
    with TemporaryDirectory() as name:
        folder = Path(name)
        async with quick_callees(folder, RATE) as (made, callees):
            campaigns = await listed(made, folder, count)
            await halted(made, callees, campaigns, seconds)


async def listed(made: Installation, folder: Path, count: int) -> list[str]:
    numbers = [f"{block}{index:04}" for index in range(10_000) for block in RANGES]
    campaigns = []
    for part in range(0, count, EACH):
        files = folder / str(part)
        files.mkdir()
        file = fast_campaign_file(files, calls_per_second=RATE)
        campaigns.append(await made.campaign(file, contact_file(files, numbers[: count - part])))
    return campaigns


async def halted(made: Installation, callees: Callees, campaigns: list[str], seconds: int) -> None:
    async with made.serve() as served:
        for campaign in campaigns:
            await served.post(f"/v1/campaigns/{campaign}/start")
        await asyncio.sleep(SETTLE_S)
        await served.post("/v1/system/halt")
        await asyncio.sleep(SETTLE_S)
        before, size = len(callees.invites()), stored(made)
        await asyncio.sleep(seconds)
        print(f"the database grew by {(stored(made) - size) / 1e6:.2f} MB in {seconds} s of halt")
        print(f"{len(callees.invites()) - before} INVITEs meanwhile")
        asked = time.time()
        await served.post("/v1/system/unhalt", {"reason": "it is over"})
        answered = time.time()
        while len(callees.invites()) == before:
            await asyncio.sleep(0.05)
        first = callees.invites()[before]
        print(
            f"unhalt: the first INVITE {first - asked:.2f} s after the question, {first - answered:.2f} s after the answer"
        )


def stored(made: Installation) -> int:
    """Bytes of the database, with the bytes that wait to be written into it."""
    return sum(path.stat().st_size for path in made.home.glob("dialer.db*"))


if __name__ == "__main__":
    asyncio.run(main())
