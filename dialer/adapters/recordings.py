"""Uploaded recordings, on disk: one folder a campaign, one file a key."""

import asyncio
from pathlib import Path


class RecordingFiles:
    def __init__(self, home: Path) -> None:
        self._root = home / "recordings"

    async def keep(self, campaign_id: str, key: str, audio: bytes) -> None:
        """Replace as a whole: a reader never sees half a file."""
        await asyncio.to_thread(self._write, self._root / campaign_id / key, audio)

    async def of(self, campaign_id: str) -> dict[str, bytes]:
        return await asyncio.to_thread(self._read_all, self._root / campaign_id)

    def _write(self, path: Path, audio: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}")
        draft.write_bytes(audio)
        draft.replace(path)

    def _read_all(self, folder: Path) -> dict[str, bytes]:
        if not folder.is_dir():
            return {}
        return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}
