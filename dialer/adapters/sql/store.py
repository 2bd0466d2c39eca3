"""The whole store, as the services know it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dialer.adapters.sql.access.idempotency import SqlIdempotency
from dialer.adapters.sql.access.key_versions import SqlKeyVersions
from dialer.adapters.sql.access.tokens import SqlTokens
from dialer.adapters.sql.calls.attempts import SqlAttempts
from dialer.adapters.sql.calls.leases import SqlLeases
from dialer.adapters.sql.calls.trunks import SqlTrunks
from dialer.adapters.sql.campaigns.campaigns import SqlCampaigns
from dialer.adapters.sql.campaigns.contacts import SqlContacts
from dialer.adapters.sql.campaigns.reviews import SqlReviews
from dialer.adapters.sql.consent.consents import SqlConsents
from dialer.adapters.sql.consent.proofs import SqlProofs
from dialer.adapters.sql.consent.voidings import SqlVoidings
from dialer.adapters.sql.db.engine import Database, connect, parse_url
from dialer.adapters.sql.db.schema import is_current, newest_schema
from dialer.adapters.sql.decision.decisions import SqlDecisions
from dialer.adapters.sql.inspection.inspection import SqlInspections
from dialer.adapters.sql.inspection.subjects import SqlSubjects
from dialer.adapters.sql.ledger.ledger import SqlLedger
from dialer.adapters.sql.ledger.recorded import SqlRecorded
from dialer.adapters.sql.oppositions.external_lists import SqlOppositionLists
from dialer.adapters.sql.oppositions.suppressions import SqlSuppressions
from dialer.adapters.sql.probes.probes import SqlProbes
from dialer.adapters.sql.upkeep.outbox import SqlOutbox, Subscribers
from dialer.adapters.sql.upkeep.restores import SqlRestores
from dialer.adapters.sql.upkeep.retention import SqlRetention
from dialer.adapters.sql.upkeep.system import SqlSystem
from dialer.domain.base.errors import Unavailable


class SqlStore:
    """`dialer.ports.store.Store` on one database."""

    def __init__(self, database: Database, subscribers: Subscribers) -> None:
        self.outbox = SqlOutbox(database, subscribers)
        self.campaigns = SqlCampaigns(database, self.outbox)
        self.contacts = SqlContacts(database)
        self.consents = SqlConsents(database)
        self.decisions = SqlDecisions(database)
        self.suppressions = SqlSuppressions(database, self.outbox)
        self.lists = SqlOppositionLists(database)
        self.attempts = SqlAttempts(database, self.outbox)
        self.tokens = SqlTokens(database)
        self.system = SqlSystem(database, self.outbox)
        self.idempotency = SqlIdempotency(database)
        self.ledger = SqlLedger(database)
        self.recorded = SqlRecorded(database)
        self.subjects = SqlSubjects(database)
        self.retention = SqlRetention(database)
        self.keys = SqlKeyVersions(database)
        self.leases = SqlLeases(database)
        self.restores = SqlRestores(database)
        self.proofs = SqlProofs(database)
        self.probes = SqlProbes(database)
        self.reviews = SqlReviews(database)
        self.trunks = SqlTrunks(database)
        self.voidings = SqlVoidings(database)
        self.inspections = SqlInspections(database)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, pretended: bool = False, subscribers: Subscribers | None = None
    ) -> AsyncIterator["SqlStore"]:
        """`pretended`: the clock of this process is shifted, and the ledger shall say so. `subscribers` are told what is committed.

        Raise `BadSettings` for a URL we cannot use, `Unavailable` where the database is down or its schema is not current.
        """
        if not await is_current(url):
            raise Unavailable(
                "the database has not the schema of this program", hint="run `dialer db upgrade`"
            )
        database = connect(parse_url(url), pretended=pretended)
        store = cls(database, subscribers or {})
        try:
            database.pin((await store.keys.all())[-1].version, newest_schema())
            yield store
        finally:
            await database.close()
