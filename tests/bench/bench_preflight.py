"""Seconds for a preflight: `python -m tests.bench.bench_preflight [contacts] [database URL]`; SQLite in a temporary folder unless said."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from dialer.adapters.rulepacks import load_packs
from dialer.adapters.sql.migrate import upgrade
from dialer.adapters.sql.store import SqlStore
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.services.preflight import Preflight
from dialer.services.views.preflight import preflight_view
from tests.bench.listed import list_people
from tests.contract.judged import MONDAY, judge_at
from tests.contract.samples import CAMPAIGN


@contextmanager
def timed(what: str) -> Iterator[None]:
    begin, spent = time.perf_counter(), time.process_time()
    yield
    print(f"{what:12s}{time.perf_counter() - begin:8.1f} s, {time.process_time() - spent:8.1f} s of CPU")


async def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder) / 'bench.db'}"
        await upgrade(url)
        async with SqlStore.open(url) as store:
            with timed("import"):
                await list_people(store, range(count))
            with timed("preflight"):
                preflight = Preflight(store, judge_at(MONDAY - timedelta(days=3), load_packs()))
                report = await preflight.run(LOCAL_ADMINISTRATOR, CAMPAIGN)
    view = preflight_view(report)
    print(json.dumps({key: view[key] for key in ("contacts", "called", "never", "reasons", "problems")}))
    for day in view["days"]:
        print(json.dumps(day))


if __name__ == "__main__":
    asyncio.run(main())
