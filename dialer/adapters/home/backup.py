"""The files of a backup (`dialer.ports.upkeep.BackupFolder`), and the remains of a lost home.

    database          the database, as `pg_restore` or SQLite reads it
    home/             heads, journal, prompts, recordings, rulepacks, dialer.toml
    secrets.tar       keys and passwords; or secrets.sealed, the same under a passphrase
    manifest.json     the size and SHA-256 of each file

From a lost home come heads and journal of its last days, and keys younger than the backup.
"""

import asyncio
import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from dialer.domain.base.errors import Conflict, InvalidInput
from dialer.domain.upkeep import BackedUpKeys, BackupManifest, SavedFile, read_manifest

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


MANIFEST, DATABASE, HOME = "manifest.json", "database", "home"
OPEN, SEALED = "secrets.tar", "secrets.sealed"
PARTS = ("heads", "journal", "prompts", "recordings", "rulepacks", "dialer.toml")
SECRETS = ("keys/*.key", "*.secret", "*.seal", "*.line")
SALT_BYTES, NONCE_BYTES = 16, 12
COST = 2**17
"""Cost of scrypt (RFC 7914): half a second and 128 MiB a guess."""

T = TypeVar("T")


class BackupFiles:
    """Files of a backup. `home` is saved into `folder`, or restored from it.

    `more_secrets` are files of the home that the settings name.
    """

    def __init__(self, folder: Path, home: Path, more_secrets: tuple[str, ...] = ()) -> None:
        self._folder = folder
        self._home = home
        self._more_secrets = more_secrets

    @property
    def database(self) -> Path:
        return self._folder / DATABASE

    async def begin(self) -> None:
        await self._do(self._begin)

    async def add_home(self) -> None:
        await self._do(lambda: _copy_parts(self._home, self._folder / HOME))

    async def add_secrets(self, passphrase: str | None) -> None:
        await self._do(lambda: self._add_secrets(passphrase))

    async def hashes(self) -> Mapping[str, SavedFile]:
        return await self._do(lambda: dict(self._hashes()))

    async def end(self, manifest: BackupManifest) -> None:
        await self._do(lambda: _write(self._folder / MANIFEST, f"{manifest.text}\n".encode()))

    async def check(self) -> BackupManifest:
        """Check the backup and return its manifest.

        Raise `InvalidInput` where it is no backup, or a file is missing, changed or too many. It
        names the first.
        """
        manifest = await self._do(self._manifest)
        found = await self.hashes()
        wrong = [path for path in {*manifest.files, *found} if manifest.files.get(path) != found.get(path)]
        if wrong:
            raise InvalidInput(
                f"{self._folder / min(wrong)} is not as it was saved", hint="take another backup"
            )
        return manifest

    async def lay_home(self) -> None:
        """Lay the parts into a home without any. Keys come with `lay_secrets`."""
        await self._do(lambda: _copy_parts(self._folder / HOME, self._home))

    async def lay_secrets(self, manifest: BackupManifest, passphrase: str | None, below: Path) -> None:
        """Lay keys and passwords into `below`. Raise `InvalidInput` for the wrong passphrase."""
        await self._do(lambda: self._lay_secrets(manifest, passphrase, below))

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise InvalidInput(f"{error.filename or self._folder}: {error.strerror}") from None

    def _begin(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(self._folder.iterdir()):
            raise Conflict(f"{self._folder} is not empty", hint="name a new folder")
        self._folder.chmod(0o700)

    def _add_secrets(self, passphrase: str | None) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for path in self._secret_files():
                archive.add(path, str(path.relative_to(self._home)))
        if passphrase is None:
            _write(self._folder / OPEN, packed.getvalue())
        else:
            _write(self._folder / SEALED, _seal(packed.getvalue(), passphrase))

    def _secret_files(self) -> list[Path]:
        found = {path for pattern in SECRETS for path in self._home.glob(pattern)}
        return sorted(found | {self._home / name for name in self._more_secrets})

    def _hashes(self) -> Iterator[tuple[str, SavedFile]]:
        for path in sorted(self._folder.rglob("*")):
            name = str(path.relative_to(self._folder))
            if path.is_file() and name != MANIFEST:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                yield name, SavedFile(digest, path.stat().st_size)

    def _manifest(self) -> BackupManifest:
        try:
            return read_manifest((self._folder / MANIFEST).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            raise InvalidInput(
                f"{self._folder} is no backup", hint="name a folder made by `dialer backup`"
            ) from None

    def _lay_secrets(self, manifest: BackupManifest, passphrase: str | None, below: Path) -> None:
        if manifest.secrets is BackedUpKeys.SEALED:
            packed = _unseal((self._folder / SEALED).read_bytes(), passphrase or "")
        else:
            packed = (self._folder / OPEN).read_bytes()
        below.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(below, filter="data")
        for path in below.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)


def _copy_parts(source: Path, target: Path) -> None:
    for part in PARTS:
        path = source / part
        if path.is_dir():
            shutil.copytree(path, target / part, dirs_exist_ok=True)
        elif path.is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / part)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _seal(content: bytes, passphrase: str) -> bytes:
    """Seal as salt, nonce, then AES-256-GCM under the passphrase's scrypt key."""
    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    return salt + nonce + _cipher(passphrase, salt).encrypt(nonce, content, None)


def _unseal(sealed: bytes, passphrase: str) -> bytes:
    salt, nonce = sealed[:SALT_BYTES], sealed[SALT_BYTES : SALT_BYTES + NONCE_BYTES]
    try:
        return _cipher(passphrase, salt).decrypt(nonce, sealed[SALT_BYTES + NONCE_BYTES :], None)
    except InvalidTag:
        raise InvalidInput(
            "the passphrase does not open the keys of this backup", hint="give it with --passphrase-file"
        ) from None


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase.encode()))
