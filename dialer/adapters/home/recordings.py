"""Uploaded recordings, on disk: one folder a campaign, one file a key."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from dialer.domain.base.errors import Unavailable

Result = TypeVar("Result")


class RecordingFiles:
    def __init__(self, home: Path) -> None:
        self._root = home / "recordings"

    async def keep(self, campaign_id: str, key: str, audio: bytes) -> None:
        """Keep a recording, as a whole: a reader never sees half a file."""
        await self._do(lambda: self._write(self._root / campaign_id / key, audio))

    async def of(self, campaign_id: str) -> dict[str, bytes]:
        return await self._do(lambda: self._read_all(self._root / campaign_id))

    async def _do(self, work: Callable[[], Result]) -> Result:
        """Run `work` in a thread. Raise `Unavailable` where the folder fails."""
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise Unavailable(
                f"recordings cannot be kept in {self._root}: {error.strerror}",
                hint="make room there and let this user write",
            ) from None

    def _write(self, path: Path, audio: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}")
        draft.write_bytes(audio)
        draft.replace(path)

    def _read_all(self, folder: Path) -> dict[str, bytes]:
        if not folder.is_dir():
            return {}
        return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}
