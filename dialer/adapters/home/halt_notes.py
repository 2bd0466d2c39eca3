"""Implementation of `dialer.ports.pbx.HaltNotes`: a file of the home for each halt.

The file's name is the halt's id.
"""

import asyncio
import json
import os
import re
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.halt import Halt
from dialer.domain.base.types import HaltId

NAME = re.compile(r"[0-9a-f]{32}")
NOBODY_KNOWS = "a halt of which nothing else could be kept"

T = TypeVar("T")


class HaltFolder:
    """A folder of halts. A file that a crash left empty is a halt, too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def all(self) -> Sequence[Halt]:
        return await self._do(self._read)

    async def keep(self, halt: Halt) -> None:
        await self._do(lambda: self._write(halt))

    async def drop(self, ids: Collection[HaltId]) -> None:
        await self._do(lambda: self._unlink(ids))

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise Unavailable(
                f"halts cannot be kept in {self._folder}: {error.strerror}",
                hint="make room there and let this user write",
            ) from None

    def _read(self) -> list[Halt]:
        if not self._folder.exists():
            return []
        return sorted(
            (_read(path) for path in self._folder.iterdir() if NAME.fullmatch(path.name)),
            key=lambda halt: (halt.at, halt.id),
        )

    def _write(self, halt: Halt) -> None:
        path = self._folder / halt.id
        if path.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("x", encoding="utf-8") as file:
            json.dump({"by": halt.by, "at": halt.at.isoformat(), "reason": halt.reason}, file)
            file.flush()
            os.fsync(file.fileno())
        self._sync()

    def _unlink(self, ids: Collection[HaltId]) -> None:
        for halt_id in ids:
            (self._folder / halt_id).unlink(missing_ok=True)

    def _sync(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _read(path: Path) -> Halt:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Halt(
            HaltId(path.name), str(told["by"]), datetime.fromisoformat(told["at"]), str(told["reason"])
        )
    except (ValueError, KeyError, TypeError):
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Halt(HaltId(path.name), "", written, NOBODY_KNOWS)
