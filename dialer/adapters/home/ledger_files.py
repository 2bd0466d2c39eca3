"""Files that outlive the database: the exported heads and the journal, one file a day each.

They implement `HeadFiles` and `Journal` of `dialer.ports.ledger`. A file is named
`2027-02-01.jsonl` by the day of its lines, and each line is synced before it counts. A day of the
journal before the oldest backup may go.
"""

import asyncio
import fcntl
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

from dialer.domain.base.errors import Unavailable

T = TypeVar("T")


class DayFiles:
    """A folder of day files. A line is a JSON object whose `at` is an RFC 3339 instant in UTC.

    `what` names the lines in errors.
    """

    def __init__(self, folder: Path, what: str, *, mode: int = 0o755) -> None:
        self.folder = folder
        self._what = what
        self._mode = mode

    async def append(self, lines: Sequence[str]) -> None:
        """Append lines, each to the file of its day. Raise `Unavailable`."""
        await self.do(lambda: self._append(lines))

    async def lines(self) -> list[str]:
        """Read every line, in order. Raise `Unavailable`."""
        return [line async for day in self.days() for line in day]

    async def days(self) -> AsyncIterator[list[str]]:
        """Yield the lines of one file after the other. Raise `Unavailable`."""
        for path in await self.do(self.kept):
            yield await self.do(partial(_lines_of, path))

    async def do(self, work: Callable[[], T]) -> T:
        """Run `work` on the files in a thread. Raise `Unavailable` where the folder fails."""
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise Unavailable(
                f"{self._what} cannot be kept in {self.folder}: {error.strerror}",
                hint="make room there and let this user write; until then nobody is called",
            ) from None

    def paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.jsonl"))

    def kept(self) -> list[Path]:
        """Files that `lines` reads."""
        return self.paths()

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=self._mode)

    def _append(self, lines: Sequence[str]) -> None:
        self.make()
        by_day: defaultdict[str, list[str]] = defaultdict(list)
        for line in lines:
            by_day[json.loads(line)["at"][:10]].append(f"{line}\n")
        for day, texts in by_day.items():
            with (self.folder / f"{day}.jsonl").open("a+", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                _end_torn_line(file.fileno())
                file.writelines(texts)
                file.flush()
                os.fsync(file.fileno())


def _lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def _end_torn_line(descriptor: int) -> None:
    """End the unfinished line of a crash: it stays, a line that no reader takes for one."""
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        os.write(descriptor, b"\n")


PUBLIC_KEY = "public-key.pem"
ASIDE = "lost"
"""Folder of the heads of entries that a restored backup did not hold."""
PROBE_BYTES = 64 * 1024
"""Bytes of more than a second's heads: without this room the next head may not fit either."""
TAIL_BYTES = 64 * 1024
"""Bytes read at once from the end of a day's file, which has tens of megabytes."""


class HeadFolder(DayFiles):
    """Heads in day files, with the public key beside them."""

    def __init__(self, folder: Path, public_pem: str) -> None:
        super().__init__(folder, "the heads of the ledger")
        self._public_pem = public_pem

    async def probe(self) -> None:
        await self.do(self._probe)

    async def last_line(self) -> str | None:
        return await self.do(self._last_line)

    async def put_aside(self, own: frozenset[str]) -> list[str]:
        return await self.do(lambda: self._put_aside(own))

    def kept(self) -> list[Path]:
        return [*self.paths(), *sorted((self.folder / ASIDE).glob("*.jsonl"))]

    def _probe(self) -> None:
        self.make()
        key = self.folder / PUBLIC_KEY
        if not key.exists():
            key.write_text(self._public_pem, encoding="ascii")
        with tempfile.TemporaryFile(dir=self.folder) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())

    def _put_aside(self, own: frozenset[str]) -> list[str]:
        """Move lines that are not `own` aside, and return them.

        The file is made anew and renamed: a crash leaves a line in both places, never in none.
        """
        aside: list[str] = []
        for path in self.paths():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            lost = [line for line in lines if line not in own]
            if lost:
                (self.folder / ASIDE).mkdir(exist_ok=True)
                _write_lines(self.folder / ASIDE / path.name, lost, "a")
                anew = path.with_suffix(".anew")
                _write_lines(anew, [line for line in lines if line in own], "w")
                anew.replace(path)
                aside += lost
        return aside

    def _last_line(self) -> str | None:
        """Return the line of the greatest size, after cutting off what a crash left unfinished.

        An unfinished line was never acknowledged, and its head is exported again.
        """
        paths = self.paths()
        if paths:
            _cut_torn_line(paths[-1])
        lasts = [line for path in paths if (line := _last_of(path)) is not None]
        return max(lasts, key=_size_of, default=None)


def _cut_torn_line(path: Path) -> None:
    with path.open("r+b") as file:
        # Another process may be writing here at this moment: its line is not torn, only not
        # finished.
        fcntl.flock(file, fcntl.LOCK_EX)
        size, whole = os.fstat(file.fileno()).st_size, _whole_bytes(file)
        if whole < size:
            file.truncate(whole)


def _last_of(path: Path) -> str | None:
    """Read the last whole line from the end of the file."""
    with path.open("rb") as file:
        end = _whole_bytes(file)
        begin = _after_newline(file, end - 1)
        file.seek(begin)
        return file.read(end - begin).decode("utf-8", errors="replace").rstrip("\n") or None


def _whole_bytes(file: BinaryIO) -> int:
    """Bytes up to the end of the last whole line."""
    return _after_newline(file, os.fstat(file.fileno()).st_size)


def _after_newline(file: BinaryIO, end: int) -> int:
    """Begin of the line that `end` stands in: behind the last newline before it."""
    while end > 0:
        begin = max(0, end - TAIL_BYTES)
        found = os.pread(file.fileno(), end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _size_of(line: str) -> int:
    try:
        return int(json.loads(line)["size"])
    except (ValueError, TypeError, KeyError):
        return 0


def _write_lines(path: Path, lines: Sequence[str], mode: str) -> None:
    with path.open(mode, encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())


class JournalFolder(DayFiles):
    """The journal in day files. It holds fingerprints, so only its owner may read it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "the journal", mode=0o700)
