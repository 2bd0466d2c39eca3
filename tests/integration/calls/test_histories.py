"""Faults in any order: no number is called twice, no opposition is lost, every attempt ends.

Each attempt ends in a known state.
"""

import asyncio
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.calls.attempt import FINAL_STATES
from dialer.domain.campaigns.campaign import CampaignVerb
from dialer.domain.ledger.event import Kind
from dialer.ports.records import CallFilter
from dialer.services.calls import pbx_worker
from dialer.services.pbx import lease, pauses
from tests.harness.acts import ActStore
from tests.integration.history import CAMPAIGN, NUMBERS, History, a_pbx, fill, print_of
from tests.integration.service_process import World

MOVES = (
    *("dial", "dial", "play", "play", "settle", "later", "cut", "mend", "crash", "part", "rejoin"),
    *("pause", "resume", "halt", "unhalt", "stop", "oppose", "withdraw"),
    *("fail", "work", "garble", "tell", "delay", "deliver", "jump"),
)
STEPS = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 1)), min_size=5, max_size=30)
JUMPS = (-3600.0, -1.5, 1.5, 90.0)
LEDGER = "SELECT about, kind FROM ledger_pending WHERE kind IN (?, ?) ORDER BY id"

Step = tuple[str, int]


@pytest.fixture(scope="module", autouse=True)
def quickly() -> Iterator[None]:
    """Shorten the waits for real seconds: the time of these histories is turned by hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pbx_worker, "TICK_S", 0.01)
        patch.setattr(pbx_worker, "TIDY_S", 0.05)
        patch.setattr(lease, "TICK_S", 0.01)
        patch.setattr(pbx_worker, "RETRY_S", 0.01)
        patch.setattr(pauses, "POLL_S", 0.002)
        yield


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with the campaign in it."""
    path = tmp_path_factory.mktemp("original") / "dialer.db"

    async def make() -> None:
        await upgrade(f"sqlite:///{path}")
        async with ActStore.open(f"sqlite:///{path}") as store:
            await fill(store)

    asyncio.run(make())
    return path


async def act(history: History, what: str, index: int) -> None:
    process, pbx = history.processes[index], history.pbxs[index]
    match what:
        case "dial":
            await history.dial(process, until_sent=history.chance.random() < 0.5)
        case "play":
            history.play(pbx)
        case "settle":
            await history.settle()
        case "pause" | "stop":
            await history.move(process, CampaignVerb(what))
        case "resume":
            await history.resume()
        case "halt":
            await history.halt(process)
        case "unhalt":
            await history.unhalt(process)
        case "oppose" | "withdraw":
            await history.object(process, history.chance.choice(NUMBERS), withdraw=what == "withdraw")
        case _:
            await disturb(history, what, index)


async def disturb(history: History, what: str, index: int) -> None:
    process = history.processes[index]
    link = history.chance.choice(process.links)
    match what:
        case "later":
            history.world.wait(20)
        case "crash":
            await history.crash(index)
        case "part":
            await history.part(process)
        case "rejoin":
            history.rejoin(process)
        case "cut":
            link.cut()
        case "mend":
            link.mend()
        case "delay":
            link.slow = True
        case "deliver":
            history.pbxs[index].deliver()
        case _:
            spoil(history, what, index)


def spoil(history: History, what: str, index: int) -> None:
    process = history.processes[index]
    match what:
        case "fail" | "work":
            process.trouble.rate = 0.2 if what == "fail" else 0.0
        case "garble" | "tell":
            process.links[index].chance = history.chance if what == "garble" else None
        case "jump":
            process.clock.ahead = timedelta(seconds=history.chance.choice(JUMPS))


async def lived(original: Path, steps: list[Step], seed: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dialer.db"
        shutil.copy(original, path)
        async with ActStore.open(f"sqlite:///{path}") as store:
            world = World()
            pbxs = [a_pbx(world, name) for name in ("pbx1", "pbx2")]
            history = History(store, pbxs, world, processes=2, database=path, chance=Random(seed))
            for what, index in steps:
                await act(history, what, index)
            await history.end()
            for process in history.processes:
                await process.die()
            await check(store, history)
        check_ledger(path)


async def check(store: ActStore, history: History) -> None:
    rows = await store.attempts.calls(CallFilter(CAMPAIGN.id, limit=1000))
    assert {row.attempt.state for row in rows} <= FINAL_STATES
    for number in history.opposed:
        assert await store.suppressions.of(print_of(number)), "an opposition is lost"


def check_ledger(path: Path) -> None:
    """Check that every attempt has one decision, and then one outcome."""
    with closing(sqlite3.connect(path)) as connection:
        entries = connection.execute(LEDGER, (Kind.PERMIT.value, Kind.OUTCOME.value)).fetchall()
        [(attempts,)] = connection.execute("SELECT count(*) FROM attempts")
    assert Counter(entries) == Counter(
        (about, kind.value)
        for about in {about for about, _ in entries}
        for kind in (Kind.PERMIT, Kind.OUTCOME)
    )
    assert len(entries) == 2 * attempts
    assert set(dict(reversed(entries)).values()) <= {Kind.PERMIT.value}


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(STEPS, st.integers(0, 2**32))
def test_no_history_calls_anybody_wrongly_loses_an_opposition_or_leaves_doubt(
    original: Path, steps: list[Step], seed: int
) -> None:
    asyncio.run(lived(original, steps, seed))


@pytest.mark.parametrize(
    "words",
    [
        "dial dial dial dial crash dial cut dial pause later cut mend",
        "dial crash",
        "settle dial cut play play mend settle",
        "settle dial play crash settle dial",
        "settle dial cut later crash mend",
        "settle delay dial part settle deliver rejoin",
        "settle fail dial dial play work settle",
        "settle delay dial oppose deliver",
        "settle dial halt play unhalt dial",
    ],
)
def test_a_history_that_once_was_feared_ends_well(words: str, original: Path) -> None:
    steps = [(word, index % 2) for index, word in enumerate(words.split())]
    asyncio.run(lived(original, steps, 0))
    asyncio.run(lived(original, [(word, 0) for word, _ in steps], 1))
