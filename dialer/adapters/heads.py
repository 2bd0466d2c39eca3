"""`dialer.ports.ledger.HeadFiles`: each head one line of the day's file."""

import fcntl
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dialer.adapters.day_files import DayFiles

PUBLIC_KEY = "public-key.pem"
ASIDE = "lost"
"""Folder of the heads of entries that a restored backup did not hold."""
PROBE_BYTES = 64 * 1024
"""More than a second's heads: where this finds no room, the next head may not either."""


class HeadFolder(DayFiles):
    """The public key lies beside the files."""

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
        """The file is made anew and renamed: a crash leaves a line in both places, never in none."""
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
        """By size. What a crash left unfinished is cut off: it was never acknowledged, and its head is exported again."""
        for path in self.paths():
            _cut_torn_line(path)
        lasts = [line for path in self.paths() for line in path.read_text(encoding="utf-8").splitlines()[-1:]]
        return max(lasts, key=_size_of, default=None)


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


def _write_lines(path: Path, lines: Sequence[str], mode: str) -> None:
    with path.open(mode, encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
