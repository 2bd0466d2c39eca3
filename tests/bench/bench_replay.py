"""Recorded decisions made again, over a change of pack.

    python -m tests.bench.bench_replay [decisions] [database URL]

Half are made on the last day of the old commercial pack, half on the first of the new one.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql.db.migrate import upgrade
from dialer.views.decision import ReplayView
from tests.bench.bench_preflight import timed
from tests.bench.listed import list_people
from tests.contract.judged import claim_all, judge_at, replayed
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, OTHER_CAMPAIGN

DAYS = (datetime(2026, 8, 10, 9, tzinfo=UTC), datetime(2026, 8, 11, 9, tzinfo=UTC))
COMMERCIAL: dict[str, Any] = {
    "profile": "fr-commercial",
    "purpose": "political",
    "starts_at": "2026-08-10T08:00:00+02:00",
    "ends_at": "2026-08-20T20:00:00+02:00",
}


async def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    packs = load_packs()
    with TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder) / 'bench.db'}"
        await upgrade(url)
        async with ActStore.open(url) as store:
            halves = (range(count // 2), range(count // 2, count))
            for campaign_id, day, indices in zip((CAMPAIGN, OTHER_CAMPAIGN), DAYS, halves, strict=True):
                with timed("import"):
                    await list_people(store, indices, campaign_id, listed_at=day, **COMMERCIAL)
                judge, made = judge_at(day, packs), 0
                with timed("decide"):
                    while made < len(indices):
                        made += len(await claim_all(store, judge, campaign_id=campaign_id))
            with timed("replay"):
                report = await replayed(store)
            print(ReplayView.of(report).model_dump_json())


if __name__ == "__main__":
    asyncio.run(main())
