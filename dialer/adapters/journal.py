"""`dialer.ports.journal.Journal`: one file a day below the home, every line synced before it counts. A day before the oldest backup may go."""

import asyncio
import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from dialer.domain.errors import Unavailable

Result = TypeVar("Result")


class JournalFolder:
    """Files are named by the day of their events, `2027-02-01.jsonl`; the owner's alone, for they hold fingerprints."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def append(self, lines: Sequence[str]) -> None:
        await self._do(lambda: self._append(lines))

    async def lines(self) -> list[str]:
        return await self._do(self._lines)

    async def _do(self, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise Unavailable(
                f"the journal cannot be kept in {self._folder}: {error.strerror}",
                hint="make room there and let this user write; until then nobody is called",
            ) from None

    def _append(self, lines: Sequence[str]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        by_day: defaultdict[str, list[str]] = defaultdict(list)
        for line in lines:
            by_day[json.loads(line)["at"][:10]].append(f"{line}\n")
        for day, texts in by_day.items():
            with (self._folder / f"{day}.jsonl").open("a+", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                _end_torn_line(file.fileno())
                file.writelines(texts)
                file.flush()
                os.fsync(file.fileno())

    def _lines(self) -> list[str]:
        return [
            line
            for path in sorted(self._folder.glob("*.jsonl"))
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        ]


def _end_torn_line(descriptor: int) -> None:
    """What a crash left unfinished stays, a line of its own that no reader takes for one."""
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        os.write(descriptor, b"\n")
