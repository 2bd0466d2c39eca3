"""The sealer where files or database are slow, hang, or are put back, on both engines."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from dialer.adapters.clock import SystemClock
from dialer.adapters.home.keys import Ed25519Signer
from dialer.adapters.home.ledger_files import HeadFolder, JournalFolder
from dialer.adapters.sql.db.engine import connect, parse_url
from dialer.adapters.sql.db.schema_version import newest_schema
from dialer.domain.base.errors import Unavailable
from dialer.ports.ledger import HasLedger, Journal
from dialer.ports.unit_of_work import Store
from dialer.services.ledger import sealer as sealing
from dialer.services.ledger.sealer import Sealer
from tests.contract.engines import Engine
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S
from tests.samples.people import consent, suppression

SIGNER = Ed25519Signer(bytes(range(32)))
names = count(1)


class SetClock(SystemClock):
    """A clock whose monotonic time is set by hand."""

    now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


class Swapped:
    """The doors of `store`, which may be put in the place of another."""

    def __init__(self, store: ActStore) -> None:
        self.store = store

    def read(self) -> AbstractAsyncContextManager[HasLedger]:
        return self.store.read()

    def write(self) -> AbstractAsyncContextManager[HasLedger]:
        return self.store.write()


class SlowStore(Swapped):
    """A store that takes four seconds for each sealed batch.

    It notes whether calls were allowed after it.
    """

    def __init__(self, store: ActStore, clock: SetClock) -> None:
        super().__init__(store)
        self._clock = clock
        self.seen: list[bool] = []
        self.sealer: Sealer

    @asynccontextmanager
    async def write(self) -> AsyncIterator[HasLedger]:
        """Seal alone: a sealer writes nothing else."""
        async with self.store.write() as work:
            yield work
        self._clock.now_s += 4.0
        self.seen.append(self.sealer.writable)


class HungJournal(JournalFolder):
    """A disk that takes writes, and never says that it has."""

    tries = 0

    async def append(self, lines: Sequence[str]) -> None:
        self.tries += 1
        await asyncio.Event().wait()


def sealer(
    store: Store[HasLedger], folder: Path, clock: SystemClock, journal: Journal | None = None
) -> Sealer:
    files = HeadFolder(folder / "heads", SIGNER.public_pem)
    journal = journal or JournalFolder(folder / "journal")
    return Sealer(store, files, journal, SIGNER, clock, b"subjects", pretended=False)


def may_call(one: Sealer) -> bool:
    return one.writable


def exported(folder: Path) -> list[int]:
    paths = sorted((folder / "heads").glob("*.jsonl"))
    return [json.loads(line)["size"] for path in paths for line in path.read_text().splitlines()]


async def test_calls_go_on_while_the_sealer_works_off_an_import(store: ActStore, tmp_path: Path) -> None:
    clock = SetClock()
    slow = SlowStore(store, clock)
    one = slow.sealer = sealer(slow, tmp_path, clock)
    running = asyncio.create_task(one.run())
    async with asyncio.timeout(SOON_S):
        while not one.writable:
            await asyncio.sleep(0.01)
        await store.consents.add([consent(index) for index in range(2200)], by="camille")
        while len(slow.seen) < 5:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running})
    assert slow.seen == [True] * 5


async def test_an_import_waits_until_the_ledger_has_caught_up(
    store: ActStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST_WAITING", 100)
    one = sealer(store, tmp_path, SystemClock())
    await store.consents.add([consent(index) for index in range(700)], by="camille")
    await one.room()
    assert await store.ledger.backlog() <= 100


async def test_an_import_is_told_when_the_ledger_stays_unwritable(
    store: ActStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST_WAITING", 0)
    monkeypatch.setattr(sealing, "ROOM_S", -1.0)
    (tmp_path / "heads").write_text("no folder")
    await store.consents.add([consent(1)], by="camille")
    with pytest.raises(Unavailable, match="nothing more is taken in"):
        await sealer(store, tmp_path, SystemClock()).room()


async def test_a_hung_disk_of_one_process_stops_no_other(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "JOURNAL_S", 0.2)
    async with ActStore.open(url) as here, ActStore.open(url) as there:
        hung = HungJournal(tmp_path / "here" / "journal")
        stuck = sealer(here, tmp_path / "here", SystemClock(), hung)
        well = sealer(there, tmp_path / "there", SystemClock())
        await here.suppressions.add([suppression(1)])
        trying = asyncio.create_task(stuck.tick())
        async with asyncio.timeout(SOON_S):
            while not hung.tries:
                await asyncio.sleep(0.01)
            await there.suppressions.add([suppression(2)])
            await well.tick()
            assert well.writable
            assert await there.ledger.backlog() == 0
            await trying
            await here.suppressions.add([suppression(3)])
            await stuck.tick()
        assert "journal" in stuck.why
        assert hung.tries == 1


@pytest.mark.parametrize("others_sealed", [False, True])
async def test_a_database_put_back_to_an_earlier_state_is_noticed_at_once(
    engine: Engine, url: str, tmp_path: Path, others_sealed: bool
) -> None:
    """No contradiction of a signed head is signed or leaves the house.

    The right database is taken back.
    """
    earlier = engine.copy(f"earlier_{next(names)}")
    async with ActStore.open(url) as store, ActStore.open(earlier) as younger:
        doors = Swapped(store)
        one = sealer(doors, tmp_path, SystemClock())
        await store.suppressions.add([suppression(1), suppression(2)])
        await one.tick()
        assert may_call(one)
        await younger.suppressions.add([suppression(index) for index in range(3, 7)])
        if others_sealed:
            await sealer(younger, tmp_path / "elsewhere", SystemClock()).tick()
        doors.store = younger
        await one.tick()
        assert not may_call(one)
        assert "put back to an earlier state" in one.why
        assert "dialer restore" in one.why
        assert await younger.ledger.backlog() == (0 if others_sealed else 4)
        assert exported(tmp_path) == [2]
        doors.store = store
        await one.tick()
        assert may_call(one)


async def test_a_process_that_stands_still_loses_its_transaction(postgres_engine: Engine) -> None:
    """Its locks are free again after a minute."""
    url = postgres_engine.copy(f"still_{next(names)}")
    async with ActStore.open(url) as store:
        keys = await store.keys.all()
    database = connect(parse_url(url))
    database.pin(keys[-1].version, newest_schema())
    async with database.write() as connection:
        shown = await connection.execute(text("SHOW idle_in_transaction_session_timeout"))
        assert shown.scalar_one() == "1min"
    async with database.read() as connection:
        shown = await connection.execute(text("SHOW idle_in_transaction_session_timeout"))
        assert shown.scalar_one() == "0"
    await database.close()
