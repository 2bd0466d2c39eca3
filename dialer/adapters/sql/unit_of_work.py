"""A transaction of the database, with every repository on its connection."""

from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.access.idempotency import SqlIdempotencyRepository
from dialer.adapters.sql.access.key_versions import SqlKeyRepository
from dialer.adapters.sql.access.tokens import SqlTokenRepository
from dialer.adapters.sql.calls.attempts import SqlAttemptRepository
from dialer.adapters.sql.calls.trunks import SqlTrunkRepository
from dialer.adapters.sql.campaigns.campaigns import SqlCampaignRepository
from dialer.adapters.sql.consent.consents import SqlConsentRepository
from dialer.adapters.sql.consent.contacts import SqlContactRepository
from dialer.adapters.sql.consent.imports import SqlImportRepository
from dialer.adapters.sql.consent.proofs import SqlProofRepository
from dialer.adapters.sql.consent.reviews import SqlReviewRepository
from dialer.adapters.sql.consent.voidings import SqlVoidingRepository
from dialer.adapters.sql.db.stored_as import StoredNames
from dialer.adapters.sql.decision.decisions import SqlDecisionRepository
from dialer.adapters.sql.inspection.inspection import SqlInspectionRepository
from dialer.adapters.sql.ledger.ledger import SqlLedgerRepository
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.ledger.recorded import SqlRecordedRepository
from dialer.adapters.sql.oppositions.external_lists import SqlOppositionListRepository
from dialer.adapters.sql.oppositions.number_locks import SqlNumberLocks
from dialer.adapters.sql.oppositions.suppressions import SqlSuppressionRepository
from dialer.adapters.sql.pbx.halts import SqlHaltRepository
from dialer.adapters.sql.pbx.leases import SqlLeaseRepository
from dialer.adapters.sql.probes.probes import SqlProbeRepository
from dialer.adapters.sql.upkeep.outbox import SqlOutboxRepository, Subscribers, put
from dialer.adapters.sql.upkeep.restores import SqlRestoreRepository
from dialer.adapters.sql.upkeep.retention import SqlRetentionRepository
from dialer.adapters.sql.upkeep.subjects import SqlSubjectRepository
from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.event import LedgerEvent
from dialer.domain.upkeep.notification import Notification


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
        self.lists = SqlOppositionListRepository(*here)
        self.numbers = SqlNumberLocks(*here)
        self.outbox = SqlOutboxRepository(*here)
        self.probes = SqlProbeRepository(*here)
        self.proofs = SqlProofRepository(*here)
        self.recorded = SqlRecordedRepository(*here)
        self.restores = SqlRestoreRepository(*here)
        self.retention = SqlRetentionRepository(*here)
        self.reviews = SqlReviewRepository(*here)
        self.subjects = SqlSubjectRepository(*here)
        self.suppressions = SqlSuppressionRepository(*here)
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
