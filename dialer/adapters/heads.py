"""`dialer.ports.ledger.HeadFiles`: one file a day below the home, each head one line, every line synced before it counts."""

import asyncio
import fcntl
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from dialer.domain.errors import Unavailable

PUBLIC_KEY = "public-key.pem"
ASIDE = "lost"
"""Folder of the heads of entries that a restored backup did not hold."""
PROBE_BYTES = 64 * 1024
"""More than a second's heads: where this finds no room, the next head may not either."""

Result = TypeVar("Result")


class HeadFolder:
    """Files are named by the day of their heads, `2027-02-01.jsonl`; the public key lies beside them."""

    def __init__(self, folder: Path, public_pem: str) -> None:
        self._folder = folder
        self._public_pem = public_pem

    async def probe(self) -> None:
        await self._do(self._probe)

    async def last_line(self) -> str | None:
        return await self._do(self._last_line)

    async def append(self, lines: Sequence[str]) -> None:
        await self._do(lambda: self._append(lines))

    async def put_aside(self, own: frozenset[str]) -> list[str]:
        return await self._do(lambda: self._put_aside(own))

    async def lines(self) -> list[str]:
        return await self._do(self._lines)

    async def _do(self, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise Unavailable(
                f"the heads of the ledger cannot be kept in {self._folder}: {error.strerror}",
                hint="make room there and let this user write; until then nobody is called",
            ) from None

    def _probe(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        key = self._folder / PUBLIC_KEY
        if not key.exists():
            key.write_text(self._public_pem, encoding="ascii")
        with tempfile.TemporaryFile(dir=self._folder) as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))

    def _lines(self) -> list[str]:
        return [
            line
            for path in [*self._files(), *sorted((self._folder / ASIDE).glob("*.jsonl"))]
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        ]

    def _put_aside(self, own: frozenset[str]) -> list[str]:
        """The file is made anew and renamed: a crash leaves a line in both places, never in none."""
        aside: list[str] = []
        for path in self._files():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            lost = [line for line in lines if line not in own]
            if lost:
                (self._folder / ASIDE).mkdir(exist_ok=True)
                _write_lines(self._folder / ASIDE / path.name, lost, "a")
                anew = path.with_suffix(".anew")
                _write_lines(anew, [line for line in lines if line in own], "w")
                anew.replace(path)
                aside += lost
        return aside

    def _last_line(self) -> str | None:
        """By size. What a crash left unfinished is cut off: it was never acknowledged, and its head is exported again."""
        for path in self._files():
            _cut_torn_line(path)
        lasts = [
            line for path in self._files() for line in path.read_text(encoding="utf-8").splitlines()[-1:]
        ]
        return max(lasts, key=_size_of, default=None)

    def _append(self, lines: Sequence[str]) -> None:
        by_day: defaultdict[str, list[str]] = defaultdict(list)
        for line in lines:
            by_day[json.loads(line)["at"][:10]].append(f"{line}\n")
        for day, texts in by_day.items():
            with (self._folder / f"{day}.jsonl").open("a", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.writelines(texts)
                file.flush()
                os.fsync(file.fileno())


def _write_lines(path: Path, lines: Sequence[str], mode: str) -> None:
    with path.open(mode, encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())


def _cut_torn_line(path: Path) -> None:
    with path.open("r+b") as file:
        # Another process may be writing here at this moment: its line is not torn, only not finished.
        fcntl.flock(file, fcntl.LOCK_EX)
        content = file.read()
        if content and not content.endswith(b"\n"):
            file.truncate(content.rfind(b"\n") + 1)


def _size_of(line: str) -> int:
    try:
        return int(json.loads(line)["size"])
    except (ValueError, TypeError, KeyError):
        return 0
