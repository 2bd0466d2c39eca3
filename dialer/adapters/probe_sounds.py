"""What call-back probes heard, in the folder that every PBX of the home writes to."""

import asyncio
from pathlib import Path

from dialer.domain.errors import Unavailable
from dialer.domain.probe import ProbeId


class ProbeSoundFiles:
    """`dialer.ports.probes.ProbeSounds`: `<folder>/<probe>.alaw`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def read(self, probe_id: ProbeId) -> bytes:
        """Raise `Unavailable` where the folder cannot be read."""
        return await asyncio.to_thread(self._read, self._folder / f"{probe_id}.alaw")

    async def forget(self, probe_id: ProbeId) -> None:
        """Raise `Unavailable` where it stays."""
        await asyncio.to_thread(self._forget, self._folder / f"{probe_id}.alaw")

    def _forget(self, file: Path) -> None:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable(
                f"{file} cannot be deleted: {error.strerror}", hint="delete it: a stranger may be heard in it"
            ) from None

    def _read(self, file: Path) -> bytes:
        try:
            return file.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise Unavailable(
                f"{file} cannot be read: {error.strerror}", hint="give the service the right to read it"
            ) from None
