"""The sealer on a real database and folder: its entries, its heads, its stops (T130)."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from dialer.adapters.clock import SystemClock, pretending
from dialer.adapters.home.keys import Ed25519Signer
from dialer.adapters.home.ledger_files import HeadFolder, JournalFolder
from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.ledger.entries_admin import link_changed
from dialer.domain.ledger.event import Kind
from dialer.domain.ledger.journal import read_line
from dialer.services.ledger.sealer import Sealer
from dialer.verifier.ed25519 import read_key
from dialer.verifier.verify_ledger import Entries, check_heads
from tests.harness.acts import ActStore
from tests.harness.patience import SOON_S
from tests.samples.campaigns import SPONSOR
from tests.samples.people import fingerprint, suppression

NOW = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)
SIGNER = Ed25519Signer(bytes(range(32)))


@pytest.fixture(autouse=True)
def own_log() -> None:
    """Reset the log: earlier commands of this process sent it to a stream that is closed by now."""
    structlog.reset_defaults()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ActStore]:
    url = f"sqlite:///{tmp_path}/dialer.db"
    await upgrade(url)
    async with ActStore.open(url) as opened:
        yield opened


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return tmp_path / "heads"


def sealer(store: ActStore, heads: Path, signer: Ed25519Signer = SIGNER) -> Sealer:
    files = HeadFolder(heads, signer.public_pem)
    journal = JournalFolder(heads.parent / "journal")
    return Sealer(store, files, journal, signer, pretending(NOW), b"subjects", pretended=False)


async def ended(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.wait({running})


def may_call(one: Sealer) -> bool:
    return one.writable


async def happen(store: ActStore, *names: str) -> None:
    await store.ledger.append([link_changed(name, up=True, at=NOW) for name in names])


def tear_last_line(heads: Path) -> None:
    (file,) = heads.glob("*.jsonl")
    file.write_bytes(file.read_bytes()[:-20])


def take_away(heads: Path) -> None:
    """Make the folder unwritable: a file stands where it should be."""
    shutil.rmtree(heads, ignore_errors=True)
    heads.write_text("")


def give_back(heads: Path) -> None:
    heads.unlink()


def exported(heads: Path) -> list[str]:
    return [line for path in sorted(heads.glob("*.jsonl")) for line in path.read_text().splitlines()]


def sizes(heads: Path) -> list[int]:
    return [json.loads(line)["size"] for line in exported(heads)]


async def test_what_happened_is_sealed_and_its_head_lies_outside_the_database(
    store: ActStore, heads: Path
) -> None:
    one = sealer(store, heads)
    assert not may_call(one)
    await happen(store, "a", "b")
    await one.tick()
    await happen(store, "c")
    await one.tick()
    await one.tick()
    assert may_call(one)
    assert sizes(heads) == [2, 3]
    key = read_key((heads / "public-key.pem").read_text())
    good, findings = check_heads(exported(heads), key)
    entries = Entries(good)
    for entry in await store.ledger.entries():
        entries.feed(entry.text)
    assert [*findings, *entries.finish()] == []


async def test_many_events_go_under_heads_of_their_own(store: ActStore, heads: Path) -> None:
    await happen(store, *(f"pbx{number}" for number in range(1201)))
    await sealer(store, heads).tick()
    assert sizes(heads) == [500, 1000, 1201]


async def test_a_running_sealer_seals_by_itself(store: ActStore, heads: Path) -> None:
    running = asyncio.create_task(sealer(store, heads).run())
    await happen(store, "a")
    async with asyncio.timeout(SOON_S):
        while not sizes(heads):
            await asyncio.sleep(0.05)
    await ended(running)
    assert sizes(heads) == [1]


async def test_a_new_sealer_goes_on_where_the_old_one_ended(store: ActStore, heads: Path) -> None:
    await happen(store, "a")
    await sealer(store, heads).tick()
    await happen(store, "b")
    await sealer(store, heads).tick()
    assert sizes(heads) == [1, 2]


async def test_what_another_machine_sealed_is_exported_here_too(
    store: ActStore, heads: Path, tmp_path: Path
) -> None:
    here, there = sealer(store, heads), sealer(store, tmp_path / "there")
    for name in "abc":
        await happen(store, name)
        await there.tick()
    await here.tick()
    assert sizes(heads) == [1, 2, 3]


async def test_a_head_cut_off_by_a_crash_is_written_again(store: ActStore, heads: Path) -> None:
    await happen(store, "a")
    await sealer(store, heads).tick()
    await happen(store, "b")
    await sealer(store, heads).tick()
    tear_last_line(heads)
    await sealer(store, heads).tick()
    assert sizes(heads) == [1, 2]


async def test_without_room_for_heads_nobody_may_be_called(store: ActStore, heads: Path) -> None:
    take_away(heads)
    one = sealer(store, heads)
    await happen(store, "a")
    await one.tick()
    assert not may_call(one)


async def test_once_there_is_room_again_the_missing_heads_follow(store: ActStore, heads: Path) -> None:
    one = sealer(store, heads)
    await one.tick()
    take_away(heads)
    await happen(store, "a")
    await one.tick()
    assert not may_call(one)
    give_back(heads)
    await one.tick()
    assert may_call(one)
    assert sizes(heads) == [1]


async def test_another_installation_s_key_seals_nothing_here(store: ActStore, heads: Path) -> None:
    await happen(store, "a")
    await sealer(store, heads).tick()
    await happen(store, "b")
    stranger = sealer(store, heads, Ed25519Signer(bytes(32)))
    await stranger.tick()
    assert not may_call(stranger)
    assert sizes(heads) == [1]
    assert await store.ledger.backlog() == 1


async def test_a_database_older_than_its_heads_is_not_written_to(
    store: ActStore, heads: Path, tmp_path: Path
) -> None:
    await happen(store, "a", "b")
    await sealer(store, heads).tick()
    older = f"sqlite:///{tmp_path}/older.db"
    await upgrade(older)
    async with ActStore.open(older) as restored:
        await happen(restored, "a")
        one = sealer(restored, heads)
        await one.tick()
        assert not may_call(one)
        assert await restored.ledger.head() is None
    assert sizes(heads) == [2]


async def test_what_must_outlive_the_database_is_in_the_journal_once_it_is_sealed(
    store: ActStore, heads: Path
) -> None:
    await happen(store, "pbx1")
    await store.suppressions.add([suppression(1), suppression(2, sponsor=None)])
    await sealer(store, heads).tick()
    read = [read_line(line) for line in await JournalFolder(heads.parent / "journal").lines()]
    assert [(line.index, line.kind, line.fingerprint, line.body["sponsor"]) for line in read] == [
        (1, Kind.OPPOSITION, fingerprint(1), SPONSOR),
        (2, Kind.OPPOSITION, fingerprint(2), None),
    ]


async def test_nothing_is_sealed_that_the_journal_could_not_take(store: ActStore, heads: Path) -> None:
    one = sealer(store, heads)
    journal = heads.parent / "journal"
    journal.write_text("no folder")
    await store.suppressions.add([suppression(1)])
    await one.tick()
    assert not may_call(one)
    assert await store.ledger.entries() == []
    journal.unlink()
    await one.tick()
    assert may_call(one)
    assert len(await JournalFolder(journal).lines()) == 1


async def test_a_torn_line_of_the_journal_spoils_no_other(store: ActStore, heads: Path) -> None:
    folder = heads.parent / "journal"
    await store.suppressions.add([suppression(1)])
    await sealer(store, heads).tick()
    (file,) = folder.glob("*.jsonl")
    file.write_bytes(file.read_bytes()[:-20])
    await store.suppressions.add([suppression(2)])
    await sealer(store, heads).tick()
    torn, whole = await JournalFolder(folder).lines()
    assert read_line(whole).fingerprint == fingerprint(2)
    with pytest.raises(ValueError, match="no line of a journal"):
        read_line(torn)


class SetClock(SystemClock):
    """A clock whose monotonic time is set by hand."""

    now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


class HangingHeads(HeadFolder):
    """A disk that takes the first probe and never answers another."""

    probed = 0

    async def probe(self) -> None:
        self.probed += 1
        if self.probed > 1:
            await asyncio.Event().wait()


async def test_nobody_is_called_while_the_sealer_hangs(store: ActStore, heads: Path) -> None:
    clock, files = SetClock(), HangingHeads(heads, SIGNER.public_pem)
    journal = JournalFolder(heads.parent / "journal")
    one = Sealer(store, files, journal, SIGNER, clock, b"subjects", pretended=False)
    running = asyncio.create_task(one.run())
    async with asyncio.timeout(SOON_S):
        while files.probed < 2:
            await asyncio.sleep(0.01)
    assert may_call(one)
    clock.now_s = 10.5
    assert not may_call(one)
    await ended(running)
