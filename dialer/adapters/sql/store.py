"""The whole store: a transaction of the database, with every repository on its connection."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql import oppositions
from dialer.adapters.sql.access import SqlIdempotencyRepository, SqlKeyRepository, SqlTokenRepository
from dialer.adapters.sql.calls import SqlAttemptRepository, SqlTrunkRepository
from dialer.adapters.sql.campaigns import SqlCampaignRepository
from dialer.adapters.sql.consent import SqlConsentRepository, SqlProofRepository, SqlVoidingRepository
from dialer.adapters.sql.contacts import SqlContactRepository, SqlImportRepository, SqlReviewRepository
from dialer.adapters.sql.db.engine import Database, connect, parse_url
from dialer.adapters.sql.db.repository import StoredNames
from dialer.adapters.sql.db.schema_version import is_current, newest_schema
from dialer.adapters.sql.decision import SqlDecisionRepository
from dialer.adapters.sql.erasure import SqlRetentionRepository, SqlSubjectRepository
from dialer.adapters.sql.inspection import SqlInspectionRepository
from dialer.adapters.sql.ledger import SqlLedgerRepository, SqlRecordedRepository, record
from dialer.adapters.sql.pbx import SqlHaltRepository, SqlLeaseRepository
from dialer.adapters.sql.probes import SqlProbeRepository
from dialer.adapters.sql.upkeep import SqlOutboxRepository, SqlRestoreRepository, Subscribers, put
from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.event import LedgerEvent
from dialer.domain.upkeep import Notification


class SqlUnitOfWork:
    """`dialer.ports.unit_of_work.UnitOfWork` and all of `Has...`."""

    def __init__(self, connection: AsyncConnection, subscribers: Subscribers) -> None:
        self._connection = connection
        self._subscribers = subscribers
        self._events: list[LedgerEvent] = []
        self._notifications: list[Notification] = []
        self._names = StoredNames(connection)
        here = (connection, self._names)
        self.attempts = SqlAttemptRepository(*here)
        self.campaigns = SqlCampaignRepository(*here)
        self.consents = SqlConsentRepository(*here)
        self.contacts = SqlContactRepository(*here)
        self.decisions = SqlDecisionRepository(*here)
        self.halts = SqlHaltRepository(*here)
        self.idempotency = SqlIdempotencyRepository(*here)
        self.imports = SqlImportRepository(*here)
        self.inspections = SqlInspectionRepository(*here)
        self.keys = SqlKeyRepository(*here)
        self.leases = SqlLeaseRepository(*here)
        self.ledger = SqlLedgerRepository(*here)
        self.lists = oppositions.SqlOppositionListRepository(*here)
        self.numbers = oppositions.SqlNumberLocks(*here)
        self.outbox = SqlOutboxRepository(*here)
        self.probes = SqlProbeRepository(*here)
        self.proofs = SqlProofRepository(*here)
        self.recorded = SqlRecordedRepository(*here)
        self.restores = SqlRestoreRepository(*here)
        self.retention = SqlRetentionRepository(*here)
        self.reviews = SqlReviewRepository(*here)
        self.subjects = SqlSubjectRepository(*here)
        self.suppressions = oppositions.SqlSuppressionRepository(*here)
        self.tokens = SqlTokenRepository(*here)
        self.trunks = SqlTrunkRepository(*here)
        self.voidings = SqlVoidingRepository(*here)

    def record(self, *events: LedgerEvent) -> None:
        self._events += events

    def notify(self, *notifications: Notification) -> None:
        self._notifications += notifications

    async def as_stored(self, fingerprint: Fingerprint) -> Fingerprint:
        return (await self._names.to_be([fingerprint]))[fingerprint]

    async def flush(self) -> None:
        """Insert the recorded events, then the notifications: the last statements of a unit."""
        await record(self._connection, self._events)
        await put(self._connection, self._subscribers, self._notifications)


class SqlStore:
    """`dialer.ports.unit_of_work.Store` and `dialer.ports.access.KeyStore` on one database."""

    def __init__(self, database: Database, subscribers: Subscribers) -> None:
        self._database = database
        self._subscribers = subscribers

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, pretended: bool = False, subscribers: Subscribers | None = None
    ) -> AsyncIterator[Self]:
        """Open the store.

        `pretended`: the clock of this process is shifted, and the ledger notes it.

        `subscribers` receive the committed notifications. Raise `BadSettings` for a URL we cannot
        use, `Unavailable` where the database is down or its schema is not current.
        """
        if not await is_current(url):
            raise Unavailable(
                "the database has not the schema of this program", hint="run `dialer db upgrade`"
            )
        database = connect(parse_url(url), pretended=pretended)
        store = cls(database, subscribers or {})
        try:
            async with store.read() as work:
                version = await work.keys.last_version()
            database.pin(version, newest_schema())
            yield store
        finally:
            await database.close()

    def read(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        return self._unit(self._database.read())

    def write(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        return self._unit(self._database.write())

    def write_alone(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        return self._unit(self._database.write(alone=True))

    def adopt(self, version: int) -> None:
        self._database.pin(version)

    @asynccontextmanager
    async def _unit(
        self, transaction: AbstractAsyncContextManager[AsyncConnection]
    ) -> AsyncIterator[SqlUnitOfWork]:
        """Yield a unit; `transaction` commits it once the block and the flush have gone well."""
        async with transaction as connection:
            unit = SqlUnitOfWork(connection, self._subscribers)
            yield unit
            await unit.flush()
