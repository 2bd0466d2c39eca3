"""A store for tests, each of whose calls is one act in a unit of work of its own.

What services do is done by their own functions; the rest is one call of a repository.
"""

from functools import cached_property

from dialer.adapters.sql.store import SqlStore
from tests.harness.acts.campaigns import (
    AttemptActs,
    CampaignActs,
    DecisionActs,
    HaltActs,
    LeaseActs,
    ProbeActs,
    TrunkActs,
)
from tests.harness.acts.people import (
    ConsentActs,
    ContactActs,
    ImportActs,
    ListActs,
    ProofActs,
    ReviewActs,
    SubjectActs,
    SuppressionActs,
    VoidingActs,
)
from tests.harness.acts.upkeep import (
    IdempotencyActs,
    KeyActs,
    LedgerActs,
    OutboxActs,
    RestoreActs,
    RetentionActs,
    TokenActs,
)


class ActStore(SqlStore):
    """`store.campaigns.get(id)` is one unit of work."""

    @classmethod
    def over(cls, store: SqlStore) -> "ActStore":
        """The same database, as a service has it open."""
        return cls(store._database, store._subscribers)

    attempts = cached_property(AttemptActs)
    campaigns = cached_property(CampaignActs)
    consents = cached_property(ConsentActs)
    contacts = cached_property(ContactActs)
    decisions = cached_property(DecisionActs)
    halts = cached_property(HaltActs)
    idempotency = cached_property(IdempotencyActs)
    imports = cached_property(ImportActs)
    keys = cached_property(KeyActs)
    leases = cached_property(LeaseActs)
    ledger = cached_property(LedgerActs)
    lists = cached_property(ListActs)
    outbox = cached_property(OutboxActs)
    probes = cached_property(ProbeActs)
    proofs = cached_property(ProofActs)
    restores = cached_property(RestoreActs)
    retention = cached_property(RetentionActs)
    reviews = cached_property(ReviewActs)
    subjects = cached_property(SubjectActs)
    suppressions = cached_property(SuppressionActs)
    tokens = cached_property(TokenActs)
    trunks = cached_property(TrunkActs)
    voidings = cached_property(VoidingActs)
