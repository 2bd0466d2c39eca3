"""Ten thousand questions at once about a list of fifty thousand.

Usage: `python -m tests.bench.bench_decide [database URL]`.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from dialer.adapters.home.rulepacks import load_packs
from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.decision.decisions import DecisionQuestion, Decisions
from tests.bench.bench_preflight import timed
from tests.bench.listed import KEY, list_people
from tests.contract.judged import judge_at
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, MONDAY

LISTED, ASKED = 50_000, 10_000


async def main() -> None:
    with TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(folder) / 'bench.db'}"
        await upgrade(url)
        async with ActStore.open(url) as store:
            with timed("import"):
                await list_people(store, range(LISTED))
            decisions = Decisions(store, judge_at(MONDAY, load_packs()), Fingerprints(KEY))
            questions = [
                DecisionQuestion(
                    f"01 99 00 {index // 100 % 100:02d} {index % 100:02d}", MONDAY + timedelta(seconds=index)
                )
                for index in range(ASKED)
            ]
            with timed("decide"):
                answers = await decisions.ask(LOCAL_ADMINISTRATOR, CAMPAIGN, questions)
    print(f"{len(answers)} answers, {sum(answer.decision.permitted for answer in answers)} permits")


if __name__ == "__main__":
    asyncio.run(main())
