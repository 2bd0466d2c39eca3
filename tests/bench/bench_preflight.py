"""Seconds for a preflight.

    python -m tests.bench.bench_preflight [contacts] [days] [database URL]

SQLite in a temporary folder unless said. `days`: until the first consents end. 0 is a hard list: a
tenth of them ends, each at a minute of its own, while the campaign runs, and each such contact is
asked about alone. 30 is a list as it mostly is.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.preflight.forecast import foresee
from dialer.services.decision.decider import Decider
from dialer.services.preflight import Preflight
from dialer.views.campaigns import PreflightView
from tests.bench.listed import list_people, people
from tests.contract.judged import judge_at
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY

SAMPLE = 2000
"""Contacts that are asked about alone, for comparison."""


@contextmanager
def timed(what: str) -> Iterator[Callable[[], float]]:
    """Print and yield the seconds of this process's CPU."""
    begin, spent = time.perf_counter(), time.process_time()
    yield lambda: time.process_time() - spent
    print(f"{what:12s}{time.perf_counter() - begin:8.1f} s, {time.process_time() - spent:8.1f} s of CPU")


async def ask_alone(store: ActStore, judge: Decider, start: datetime, sample: int) -> None:
    standing = await store.campaigns.standing(CAMPAIGN)
    fingerprints = [person.fingerprint for person in people(range(sample), MONDAY)]
    for dossier in (await store.contacts.dossiers_among(CAMPAIGN, fingerprints)).values():
        foresee(judge.facts(standing, dossier, None), start, judge.cache)


async def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with TemporaryDirectory() as folder:
        lasting = int(sys.argv[2]) if len(sys.argv) > 2 else 0
        url = sys.argv[3] if len(sys.argv) > 3 else f"sqlite:///{Path(folder) / 'bench.db'}"
        await upgrade(url)
        async with ActStore.open(url) as store:
            with timed("import"):
                await list_people(store, range(count), lasting=lasting)
            judge, sample = judge_at(MONDAY - timedelta(days=3), load_packs()), min(SAMPLE, count)
            with timed("preflight") as spent:
                report = await Preflight(store, judge).run(LOCAL_ADMINISTRATOR, CAMPAIGN)
                together = spent() / count
            with timed("each alone") as spent:
                await ask_alone(store, judge, report.start, sample)
                alone = spent() / sample
    print(f"{alone / together:.1f} x as fast as asking about everybody alone")
    view = PreflightView.of(report).document()
    print(json.dumps({key: view[key] for key in ("contacts", "called", "never", "reasons", "problems")}))
    for day in view["days"]:
        print(json.dumps(day))


if __name__ == "__main__":
    asyncio.run(main())
