"""Remains of a lost home: heads and journal of its last days, and keys younger than the backup."""

import asyncio
import shutil
from pathlib import Path

from dialer.domain.base.errors import InvalidInput

FOLDERS = ("heads", "heads/lost", "journal")
KEYS = "fingerprint*.key"


class HomeSalvage:
    """A folder with the layout of a home. Any part may be missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def add_to(self, home: Path, staging: Path) -> None:
        """Join every line to the backup's in `home`, and keys that the backup lacks to `staging`.

        Raise `InvalidInput`.
        """
        try:
            await asyncio.to_thread(self._add_to, home, staging)
        except OSError as error:
            raise InvalidInput(f"{error.filename or self._folder}: {error.strerror}") from None

    def _add_to(self, home: Path, staging: Path) -> None:
        if not self._folder.is_dir():
            raise InvalidInput(f"{self._folder} is no folder", hint="name what survived of the home")
        for name in FOLDERS:
            for path in sorted((self._folder / name).glob("*.jsonl")):
                _join_lines(path, home / name / path.name)
        for key in (self._folder / "keys").glob(KEYS):
            target = staging / "keys" / key.name
            if not target.exists():
                shutil.copyfile(key, target)
                target.chmod(0o600)


def _join_lines(source: Path, target: Path) -> None:
    before = target.read_text(encoding="utf-8", errors="replace").splitlines() if target.exists() else []
    lines = dict.fromkeys([*before, *source.read_text(encoding="utf-8", errors="replace").splitlines()])
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
