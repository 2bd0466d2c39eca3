"""The set rate, held against the INVITEs that reach the callees.

    python -m tests.bench.bench_rate [contacts] [calls per second]

A real Asterisk, `dialer serve` in a process of its own.
"""

import asyncio
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.acceptance.installation import Installation
from tests.bench.bench_control import busiest_second
from tests.bench.quick_callees import quick_callees
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

ENDS = "SELECT state, count(*) FROM attempts GROUP BY state"


async def main() -> None:
    count, rate = (int(word) for word in [*sys.argv[1:], *("3000", "150")[len(sys.argv) - 1 :]])
    with TemporaryDirectory() as name:
        folder = Path(name)
        file = fast_campaign_file(folder, calls_per_second=rate, max_concurrent=2000)
        numbers = [f"+3319900{index:04}" for index in range(count)]
        async with quick_callees(folder, rate) as (made, callees):
            campaign = await made.campaign(file, contact_file(folder, numbers))
            await ended(made, campaign)
            report(made, callees.invites(), rate)


async def ended(made: Installation, campaign: str) -> None:
    async with made.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        async with asyncio.timeout(600):
            while (shown := await served.get(f"/v1/campaigns/{campaign}"))["state"] == "running":
                await asyncio.sleep(1)
        print(f"campaign {shown['state']}, halted: {(await served.get('/v1/system'))['halted']}")


def report(made: Installation, invites: list[float], rate: int) -> None:
    lasted, busiest = invites[-1] - invites[0], busiest_second(invites)
    with closing(sqlite3.connect(made.home / "dialer.db")) as connection:
        print(f"attempts: {dict(connection.execute(ENDS).fetchall())}")
    print(f"{len(invites)} INVITEs, {len(invites) / lasted / rate:.2f} of the set rate")
    print(f"busiest second: {busiest / rate:.2f} of the set rate")
    seconds = Counter(int(at - invites[0]) for at in invites)
    print("INVITEs by second:", *(seconds[second] for second in range(int(lasted) + 1)))


if __name__ == "__main__":
    asyncio.run(main())
