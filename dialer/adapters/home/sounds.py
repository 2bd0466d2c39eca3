"""Sounds in the home: uploaded recordings, and those of call-back probes.

Recordings have one folder a campaign, one file a key. PBXs write the sound of a probe to a folder
of their own, where nothing stays: evidence lies where they cannot write.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import ProbeId

T = TypeVar("T")


class RecordingFiles:
    def __init__(self, home: Path) -> None:
        self._root = home / "recordings"

    async def keep(self, campaign_id: str, key: str, audio: bytes) -> None:
        """Keep a recording, as a whole: a reader never sees half a file."""
        await self._do(lambda: self._write(self._root / campaign_id / key, audio))

    async def of(self, campaign_id: str) -> dict[str, bytes]:
        return await self._do(lambda: self._read_all(self._root / campaign_id))

    async def _do(self, work: Callable[[], T]) -> T:
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


class ProbeSoundFiles:
    """Implementation of `dialer.ports.probes.ProbeSounds`.

    A sound is `<home>/heard/<probe>.alaw`, and once kept `<home>/probes/<probe>.alaw`.
    """

    def __init__(self, home: Path) -> None:
        self._heard = home / "heard"
        self._kept = home / "probes"

    async def take(self, probe_id: ProbeId) -> bytes | None:
        return await _used(self._heard, lambda: self._take(f"{probe_id}.alaw"))

    async def keep(self, probe_id: ProbeId, sound: bytes) -> None:
        await _used(self._kept, lambda: self._keep(f"{probe_id}.alaw", sound))

    async def kept(self, probe_id: ProbeId) -> bytes | None:
        return await _used(self._kept, lambda: self._read(f"{probe_id}.alaw"))

    async def forget(self, *, kept_before: datetime) -> None:
        await _used(self._kept, lambda: self._forget(kept_before.timestamp()))

    async def clear(self) -> None:
        await _used(self._heard, self._clear)

    def _take(self, name: str) -> bytes | None:
        file = self._heard / name
        if not file.exists():
            return None
        sound = file.read_bytes()
        file.unlink()
        return sound

    def _keep(self, name: str, sound: bytes) -> None:
        self._kept.mkdir(parents=True, exist_ok=True)
        (self._kept / name).write_bytes(sound)

    def _read(self, name: str) -> bytes | None:
        file = self._kept / name
        return file.read_bytes() if file.exists() else None

    def _forget(self, before: float) -> None:
        """Delete by the file's time, which a copy may make later, never earlier."""
        for file in self._kept.glob("*.alaw"):
            if file.stat().st_mtime < before:
                file.unlink()

    def _clear(self) -> None:
        for file in self._heard.glob("*.alaw"):
            file.unlink(missing_ok=True)


async def _used(folder: Path, work: Callable[[], T]) -> T:
    """Run `work` in a thread. Raise `Unavailable` where the folder does not let us."""
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise Unavailable(
            f"{folder} cannot be used: {error.strerror}", hint="let the service read and write there"
        ) from None
