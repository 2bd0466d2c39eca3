"""The wiring of a restoration: from a backup to a home that can be opened.

The keys come last, so that no service starts on half a home.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from dialer.adapters.clock import SystemClock
from dialer.adapters.home.backup import BackupFiles, HomeSalvage
from dialer.adapters.home.keys import (
    AesVault,
    Ed25519Signer,
    fingerprint_keys,
    ledger_signing_key,
    ledger_subjects_key,
    subjects_key,
)
from dialer.adapters.home.ledger_files import HeadFolder, JournalFolder
from dialer.adapters.sql.db.copies import DatabaseCopy
from dialer.adapters.sql.db.migrate import upgrade
from dialer.adapters.sql.store import SqlStore
from dialer.domain.access import LOCAL_ADMINISTRATOR
from dialer.domain.base.errors import Conflict, InvalidInput
from dialer.domain.upkeep import BackedUpKeys, BackupManifest
from dialer.ports.clock import Clock
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.access.keys import Keys, fingerprints_in_force
from dialer.services.upkeep.restoring import RestoreResult, Restoring

TAKEN_OVER = ("keys", "heads", "journal", "dialer.db")
STAGING = "restoring"
"""Folder below the home with keys and passwords until everything else is in its place."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place to restore into. The database at `url` is empty.

    `home` may hold PBXs and settings, but no keys, heads, journal or database.
    """

    home: Path
    url: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Sources of a restoration.

    `survived` is the rest of the lost home, None for nothing. `keys` is home/keys, where the backup
    left them out.
    """

    backup: Path
    survived: Path | None
    keys: Path | None
    passphrase: str | None


async def restore(target: Target, sources: Sources, clock: Clock | None = None) -> RestoreResult:
    """Restore a backup into `target`.

    Raise `InvalidInput` where the backup is damaged or keys do not fit, `Conflict` where something
    stands in the way.
    """
    files = BackupFiles(sources.backup, target.home)
    manifest, database = await files.check(), DatabaseCopy(target.url)
    _demand_room(target, manifest, database)
    staging = target.home / STAGING
    await _lay_keys(files, manifest, sources, staging)
    await files.lay_home()
    if sources.survived:
        await HomeSalvage(sources.survived).add_to(target.home, staging)
    keys = fingerprint_keys(staging)
    if (
        len(keys) < manifest.key_version
        or Fingerprints(*keys[: manifest.key_version]).mark != manifest.key_mark
    ):
        raise InvalidInput("these keys are not those of the backup", hint="name the right ones with --keys")
    await database.load(files.database)
    await upgrade(target.url)
    async with SqlStore.open(target.url) as store:
        restored = await _bring_back(target, staging, store, manifest, clock or SystemClock())
    _open_home(staging, target.home)
    return restored


def _demand_room(target: Target, manifest: BackupManifest, database: DatabaseCopy) -> None:
    if manifest.database != database.kind:
        raise Conflict(
            f"the backup is of {manifest.database}, the database is {database.kind}",
            hint="set DIALER_DATABASE_URL",
        )
    for name in (*TAKEN_OVER, STAGING):
        if (target.home / name).exists():
            raise Conflict(
                f"{target.home / name} is there already",
                hint="move it away, heads and journal to a folder that you name with --survived",
            )


async def _lay_keys(files: BackupFiles, manifest: BackupManifest, sources: Sources, staging: Path) -> None:
    if manifest.secrets is not BackedUpKeys.LEFT_OUT:
        await files.lay_secrets(manifest, sources.passphrase, staging)
    elif sources.keys is None:
        raise InvalidInput(
            "the keys were left out of this backup", hint="name your copy of home/keys with --keys"
        )
    else:
        shutil.copytree(sources.keys, staging / "keys")


async def _bring_back(
    target: Target, staging: Path, store: SqlStore, manifest: BackupManifest, clock: Clock
) -> RestoreResult:
    """Bring the records back.

    Begin under the youngest keys: the journal may name people by those.
    """
    keys = fingerprint_keys(staging)
    vault, names = AesVault(subjects_key(staging)), ledger_subjects_key(staging)
    while (fingerprints := await fingerprints_in_force(store, keys)).version < len(keys):
        rotation = Keys(store, vault, clock, names, lambda _: keys)
        await rotation.rotate(
            LOCAL_ADMINISTRATOR, "a restored backup is brought to the keys that came after it"
        )
    signer = Ed25519Signer(ledger_signing_key(staging))
    heads = HeadFolder(target.home / "heads", signer.public_pem)
    restoring = Restoring(store, JournalFolder(target.home / "journal"), heads, fingerprints, clock)
    return await restoring.run(LOCAL_ADMINISTRATOR, manifest)


def _open_home(staging: Path, home: Path) -> None:
    """Move keys and passwords into the home.

    Keep passwords that are there: the running PBXs' own.
    """
    for path in [found for found in staging.iterdir() if found.is_file()]:
        if not (home / path.name).exists():
            path.rename(home / path.name)
    (staging / "keys").rename(home / "keys")
    shutil.rmtree(staging)
