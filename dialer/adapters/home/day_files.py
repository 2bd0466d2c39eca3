"""Lines that must last, in one file a day.

A file is named `2027-02-01.jsonl` by the day of its lines. Each line is synced before it counts.
"""

import asyncio
import fcntl
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from dialer.domain.base.errors import Unavailable

Result = TypeVar("Result")


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

    async def do(self, work: Callable[[], Result]) -> Result:
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
