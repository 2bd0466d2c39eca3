"""An inspection pack of a long campaign, and its check.

    python -m tests.bench.bench_inspect [people] [database URL]

All have a consent for now, and four of five are called, once each. Figures are seconds, megabytes
and the most memory the process has held by then. Measured on two cores at 2.6 GHz: 100,000 calls
take 324 s of CPU and 290 MB to inspect; a tenth of them 49 s (15 s of it for the proof of the
dialplan) and 230 MB.
"""

import asyncio
import os
import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from dialer.adapters.sql.db.migrate import upgrade
from dialer.bootstrap import open_service, prepare_home
from dialer.bootstrap.inspecting import inspector_of
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.inspection.inspector import Request
from dialer.settings import read_settings
from dialer.verifier.ed25519 import read_key
from dialer.verifier.pack import Pack, check, ledger_of
from tests.bench.bench_preflight import timed
from tests.bench.listed import SLOTS, list_people
from tests.harness.acts import ActStore
from tests.integration.called import call_all
from tests.samples.campaigns import CAMPAIGN, MONDAY


async def call_everybody(count: int) -> None:
    async with ActStore.open(read_settings().database_url, pretended=True) as store:
        await list_people(store, range(0, count * len(SLOTS), len(SLOTS)), listed_at=MONDAY)
        await store.campaigns.set_script(CAMPAIGN, "d" * 64)
    await call_all(CAMPAIGN, start=False)


async def inspect(folder: Path) -> dict[str, int]:
    async with open_service(read_settings()) as service:
        request = Request(CAMPAIGN, folder)
        written = await inspector_of(service).run(LOCAL_ADMINISTRATOR, request, lambda *_: None)
    print(f"{written.attempts} calls; anomalies {dict(written.anomalies)}")
    return dict(written.anomalies)


def most_held() -> int:
    """The most memory held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with TemporaryDirectory() as folder:
        home, pack = Path(folder) / "home", Path(folder) / "pack"
        os.environ["DIALER_HOME"] = str(home)
        if len(sys.argv) > 2:
            os.environ["DIALER_DATABASE_URL"] = sys.argv[2]
        prepare_home(home)
        asyncio.run(upgrade(read_settings().database_url))
        with timed("call"):
            asyncio.run(call_everybody(count))
        with timed("inspect"):
            asyncio.run(inspect(pack))
        print(f"process {most_held()} MB at most")
        size = sum(path.stat().st_size for path in pack.rglob("*") if path.is_file())
        with timed("verify"):
            found = check(
                Pack(pack), read_key(Pack(pack).public_key.read_text("ascii")), ledger=ledger_of(Pack(pack))
            )
        print(f"pack {size / 1e6:,.0f} MB, process {most_held()} MB at most; found wrong: {found[:3]}")


if __name__ == "__main__":
    main()
