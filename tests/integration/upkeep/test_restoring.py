"""A restoration from years of calls, with a day or two of the journal in memory at most."""

import gc
import weakref
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

from dialer.adapters.clock import pretending
from dialer.adapters.home.ledger_files import HeadFolder
from dialer.adapters.sql.db.migrate import upgrade
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.ledger.entries_people import opposed
from dialer.domain.ledger.journal import line_of
from dialer.domain.upkeep import BackedUpKeys, BackupManifest
from dialer.services.upkeep.restoring import Restoring
from tests.contract.rotation import fingerprints
from tests.harness.acts import ActStore
from tests.samples.campaigns import NOW
from tests.samples.people import suppression

DAYS = 6


class Day(list[str]):
    """A day that can be watched as it goes."""


class Years:
    """A journal that is read a day at a time; it counts how many days are still in use."""

    def __init__(self) -> None:
        self.most = 0

    async def append(self, lines: Sequence[str]) -> None:
        raise NotImplementedError

    async def days(self) -> AsyncIterator[Sequence[str]]:
        held: list[weakref.ref[Day]] = []
        for day in range(DAYS):
            read = Day(lines_of(day))
            held.append(weakref.ref(read))
            yield read
            del read
            gc.collect()
            self.most = max(self.most, sum(each() is not None for each in held))


def lines_of(day: int) -> list[str]:
    """Make the lines of a day, on which ten people object."""
    told: list[str] = []
    for index in range(10 * day, 10 * day + 10):
        at = NOW - timedelta(days=DAYS - day)
        line = line_of(index, opposed(suppression(index, recorded_at=at)), 1)
        told += [line] if line else []
    return told


async def test_the_journal_is_replayed_a_day_at_a_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    await upgrade(url)
    journal, heads = Years(), HeadFolder(tmp_path / "heads", "")
    async with ActStore.open(url) as store:
        restoring = Restoring(store, journal, heads, await fingerprints(store), pretending(NOW))
        manifest = BackupManifest(NOW, "sqlite", 1, "", BackedUpKeys.CLEAR, {})
        restored = await restoring.run(LOCAL_ADMINISTRATOR, manifest)
        assert restored.oppositions == await store.suppressions.count() == 10 * DAYS
    assert journal.most <= 2


async def test_the_last_head_is_read_from_the_end_of_its_file(tmp_path: Path) -> None:
    """The file's length does not matter: this one is longer than any memory."""
    heads = HeadFolder(tmp_path, "")
    (tmp_path / "2027-01-31.jsonl").write_text('{"size":7}\n')
    with (tmp_path / "2027-02-01.jsonl").open("wb") as file:
        file.truncate(2**40)
        file.seek(0, 2)
        file.write(b'\n{"size":9}\n{"size":8}\n{"si')
    assert await heads.last_line() == '{"size":8}'
    assert (tmp_path / "2027-02-01.jsonl").stat().st_size == 2**40 + len(b'\n{"size":9}\n{"size":8}\n')
