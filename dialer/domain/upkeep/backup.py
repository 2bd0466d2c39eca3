"""The content of a backup, by name, size and hash: the restored files are the saved ones. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from dialer.domain.base.canonical_json import canonical

FORMAT = "dialer-backup/1"


class BackedUpKeys(StrEnum):
    """The keys' part in a backup.

    Without the keys no suppression matches, and nothing sealed is read.
    """

    CLEAR = "in clear"
    SEALED = "sealed under a passphrase"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class SavedFile:
    """`sha256` in hexadecimal."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """The list of a backup's content.

    `database`: `sqlite` or `postgresql`. `key_version` and `key_mark`: of the fingerprint keys of
    the database. `files`: by path below the backup's folder, the manifest itself left out.
    """

    taken_at: datetime
    database: str
    key_version: int
    key_mark: str
    secrets: BackedUpKeys
    files: Mapping[str, SavedFile]

    @property
    def text(self) -> str:
        fields = {
            name: getattr(self, name)
            for name in ("taken_at", "database", "key_version", "key_mark", "secrets")
        }
        files = {path: asdict(file) for path, file in self.files.items()}
        return canonical(fields | {"format": FORMAT, "files": files})


def read_manifest(text: str) -> BackupManifest:
    """Parse a manifest. Raise `ValueError` for anything else."""
    try:
        fields = json.loads(text)
        if fields.pop("format") != FORMAT:
            raise ValueError("another format")
        fields["files"] = {path: SavedFile(**file) for path, file in fields["files"].items()}
        taken_at, secrets = (
            datetime.fromisoformat(fields.pop("taken_at")),
            BackedUpKeys(fields.pop("secrets")),
        )
        return BackupManifest(taken_at=taken_at, secrets=secrets, **fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no manifest of a backup: {error}") from None
