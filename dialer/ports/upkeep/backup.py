"""A backup as files, and the database as one of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from dialer.domain.upkeep.backup import BackupManifest, SavedFile


class DatabaseFile(Protocol):
    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        ...

    async def save(self, path: Path) -> None:
        """Save one instant of it, while it is in use. Raise `Unavailable`."""
        ...

    async def load(self, path: Path) -> None:
        """Raise `Conflict` where something is stored already, `Unavailable`."""
        ...


class BackupFolder(Protocol):
    """A new folder for a backup. Every method raises `InvalidInput` where it cannot be written."""

    @property
    def database(self) -> Path: ...

    async def begin(self) -> None:
        """Raise `Conflict` where the folder is not empty."""
        ...

    async def add_home(self) -> None:
        """Heads, journal, prompts, recordings, rule packs and settings, as they are now."""
        ...

    async def add_secrets(self, passphrase: str | None) -> None:
        """Keys and passwords, sealed under `passphrase` where there is one."""
        ...

    async def hashes(self) -> Mapping[str, SavedFile]:
        """Return the hash of every file but the manifest."""
        ...

    async def end(self, manifest: BackupManifest) -> None:
        """The manifest is the last file: without it, this is no backup."""
        ...
