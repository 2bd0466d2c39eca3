"""A backup: everything needed to go on elsewhere, as it was at one instant, while calls go on."""

from dataclasses import dataclass
from typing import Protocol

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Unavailable
from dialer.domain.ledger.entries_admin import backup_taken
from dialer.domain.upkeep import BackedUpKeys, BackupManifest
from dialer.ports.access import HasKeys
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.ports.upkeep import BackupFolder, DatabaseFile


class BackupWork(HasKeys, UnitOfWork, Protocol):
    """The unit of work of a backup: the version of the keys, and an entry of the ledger."""


@dataclass(frozen=True, slots=True)
class KeyKeeping:
    """The way of saving the keys. `passphrase` is given where they are sealed under one."""

    secrets: BackedUpKeys
    passphrase: str | None = None


class Backups:
    def __init__(self, store: Store[BackupWork], database: DatabaseFile, clock: Clock) -> None:
        self._store = store
        self._database = database
        self._clock = clock

    async def take(self, actor: Actor, folder: BackupFolder, keeping: KeyKeeping) -> BackupManifest:
        """Fill a new folder. Raise `Conflict` where it is not empty, `InvalidInput`, `Unavailable`.

        The heads go before the database: one that it does not hold would look like lost entries.
        Later events are in the journal, which a restoration reads.
        """
        actor.demand(Right.BACK_UP)
        async with self._store.read() as work:
            if await work.keys.being_made():
                raise Unavailable(
                    "the fingerprint keys are being changed",
                    hint="back up when it is done; see `dialer keys list`",
                )
        await folder.begin()
        now = self._clock.now()
        told = backup_taken(by=actor.name, at=now, keys=keeping.secrets)
        async with self._store.write() as work:
            work.record(told)
        async with self._store.read() as work:
            version = (await work.keys.all())[-1]
        await folder.add_home()
        await self._database.save(folder.database)
        if keeping.secrets is not BackedUpKeys.LEFT_OUT:
            await folder.add_secrets(keeping.passphrase)
        manifest = BackupManifest(
            taken_at=now,
            database=self._database.kind,
            key_version=version.version,
            key_mark=version.mark,
            secrets=keeping.secrets,
            files=await folder.hashes(),
        )
        await folder.end(manifest)
        return manifest
