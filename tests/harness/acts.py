"""A store for tests, each of whose calls is one act in a unit of work of its own.

What services do is done by their own functions; the rest is one call of a repository.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dialer.adapters.sql.store import SqlStore
from dialer.domain.access.roles import Token
from dialer.domain.base.halt import Halt
from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint, HaltId, ImportId
from dialer.domain.campaigns.campaign import Campaign, CampaignVerb, PauseCause
from dialer.domain.consent.consent import ConsentEvent
from dialer.domain.consent.contact import ImportManifest
from dialer.domain.ledger.event import LedgerEvent
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.probes.probe import Probe
from dialer.ports.access.keys import KeyVersion, Rekeying
from dialer.ports.pbx.leases import Driver, Heartbeat
from dialer.ports.records import (
    ArchivedAnswer,
    CampaignSnapshot,
    ClaimDecision,
    ContactFacts,
    Delivery,
    ImportCounts,
    NewContact,
    Progression,
    RequestKey,
)
from dialer.ports.upkeep.subjects import Erased
from dialer.ports.upkeep.webhook_sender import WebhookUrl
from dialer.services.access import keys, tokens
from dialer.services.access.idempotency import begin_request
from dialer.services.acts.campaigns import (
    add_campaign,
    change_poll_dates,
    freeze_script,
    move_campaign,
)
from dialer.services.acts.consents import add_consents
from dialer.services.acts.erasing import erase_person
from dialer.services.acts.oppositions import (
    changed_oppositions,
    lift_oppositions,
    store_oppositions,
)
from dialer.services.acts.progressions import commit_progressions
from dialer.services.acts.snapshots import standing_of
from dialer.services.calls import trunk_breaker
from dialer.services.consent import reviews
from dialer.services.consent.contact_import import add_contacts
from dialer.services.consent.voidings import restore_consents
from dialer.services.dialing.claim import ClaimWatch, JudgeContact, claim_contacts
from dialer.services.dialing.sending import take_off
from dialer.services.imports.external_lists import forget_replaced
from dialer.services.imports.run import begin_import, end_import
from dialer.services.pbx import halts
from dialer.services.pbx.lease import give_up_lease, take_lease
from dialer.services.probes.probing import add_probe
from dialer.services.upkeep.notifying import claim_due

if TYPE_CHECKING:
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
    from dialer.adapters.sql.decision.decisions import SqlDecisionRepository
    from dialer.adapters.sql.ledger.ledger import SqlLedgerRepository
    from dialer.adapters.sql.oppositions.external_lists import SqlOppositionListRepository
    from dialer.adapters.sql.oppositions.suppressions import SqlSuppressionRepository
    from dialer.adapters.sql.pbx.halts import SqlHaltRepository
    from dialer.adapters.sql.pbx.leases import SqlLeaseRepository
    from dialer.adapters.sql.probes.probes import SqlProbeRepository
    from dialer.adapters.sql.upkeep.outbox import SqlOutboxRepository
    from dialer.adapters.sql.upkeep.restores import SqlRestoreRepository
    from dialer.adapters.sql.upkeep.retention import SqlRetentionRepository
    from dialer.adapters.sql.upkeep.subjects import SqlSubjectRepository
else:
    SqlAttemptRepository = SqlCampaignRepository = SqlConsentRepository = SqlContactRepository = object
    SqlDecisionRepository = SqlHaltRepository = SqlIdempotencyRepository = SqlImportRepository = object
    SqlKeyRepository = SqlLeaseRepository = SqlLedgerRepository = SqlOppositionListRepository = object
    SqlOutboxRepository = SqlProbeRepository = SqlProofRepository = SqlRestoreRepository = object
    SqlRetentionRepository = SqlReviewRepository = SqlSubjectRepository = object
    SqlSuppressionRepository = SqlTokenRepository = SqlTrunkRepository = object

WRITING = frozenset(
    {
        *(
            "add",
            "add_calls",
            "begin",
            "delivered",
            "end",
            "erase_contacts",
            "fold_counts",
            "keep",
            "keep_key",
        ),
        *("note", "note_read_back", "postpone", "put_in_force", "recount", "release", "replace", "rest"),
        *("seal", "used"),
    }
)
"""Methods of repositories that change something; all others read."""


class Acts:
    """Of one noun. What is not written out is one call of its repository."""

    noun = ""

    def __init__(self, store: SqlStore) -> None:
        self.store = store

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
            door = self.store.write if name in WRITING else self.store.read

            async def call(*args: Any, **named: Any) -> Any:
                async with door() as work:
                    return await getattr(getattr(work, self.noun), name)(*args, **named)

            return call


class AttemptActs(Acts, SqlAttemptRepository):
    noun = "attempts"

    async def claim(
        self,
        campaign_id: CampaignId,
        *,
        now: datetime,
        limit: int,
        permits: int,
        judge: JudgeContact,
        watch: ClaimWatch | None = None,
    ) -> list[ClaimDecision]:
        async with self.store.write() as work:
            return await claim_contacts(
                work, campaign_id, now=now, limit=limit, permits=permits, judge=judge, watch=watch
            )

    async def originating(
        self, attempt_ids: Sequence[AttemptId], *, at: datetime, driver: Driver
    ) -> list[AttemptId]:
        async with self.store.write() as work:
            return await take_off(work, attempt_ids, at=at, driver=driver)

    async def commit(self, progressions: Sequence[Progression]) -> None:
        async with self.store.write() as work:
            await commit_progressions(work, progressions)


class CampaignActs(Acts, SqlCampaignRepository):
    noun = "campaigns"

    async def add(self, campaign: Campaign) -> None:
        async with self.store.write() as work:
            await add_campaign(work, campaign)

    async def move(
        self,
        campaign_id: CampaignId,
        verb: CampaignVerb,
        *,
        by: str,
        at: datetime,
        reason: str = "",
        self_approved: bool = False,
    ) -> Campaign:
        """Move the campaign. A pause is an operator's."""
        cause = PauseCause.OPERATOR if verb is CampaignVerb.PAUSE else None
        async with self.store.write() as work:
            return await move_campaign(
                work, campaign_id, verb, by=by, at=at, reason=reason, cause=cause, self_approved=self_approved
            )

    async def set_script(self, campaign_id: CampaignId, script: str) -> None:
        async with self.store.write() as work:
            await freeze_script(work, campaign_id, script)

    async def change_poll_dates(
        self, campaign_id: CampaignId, dates: Mapping[str, date], *, by: str, at: datetime, reason: str
    ) -> Campaign:
        async with self.store.write() as work:
            return await change_poll_dates(work, campaign_id, dates, by=by, at=at, reason=reason)

    async def standing(self, campaign_id: CampaignId) -> CampaignSnapshot:
        async with self.store.read() as work:
            return await standing_of(work, campaign_id)


class ConsentActs(Acts, SqlConsentRepository):
    noun = "consents"

    async def add(self, events: Sequence[ConsentEvent], *, by: str) -> None:  # type: ignore[override]
        async with self.store.write() as work:
            await add_consents(work, events, by=by)


class ContactActs(Acts, SqlContactRepository):
    noun = "contacts"

    async def add(  # type: ignore[override]
        self, import_id: ImportId, campaign_id: CampaignId, rows: Sequence[NewContact]
    ) -> list[int]:
        async with self.store.write() as work:
            return await add_contacts(work, import_id, campaign_id, rows)

    async def dossier(self, campaign_id: CampaignId, fingerprint: Fingerprint) -> ContactFacts | None:
        return (await self.dossiers_among(campaign_id, [fingerprint])).get(fingerprint)

    async def dossiers_among(  # type: ignore[override]
        self, campaign_id: CampaignId, fingerprints: Iterable[Fingerprint]
    ) -> dict[Fingerprint, ContactFacts]:
        async with self.store.read() as work:
            sponsor = (await work.campaigns.get(campaign_id)).definition.sponsor.id
            return await work.contacts.dossiers_among(campaign_id, sponsor, fingerprints)


class DecisionActs(Acts, SqlDecisionRepository):
    noun = "decisions"


class HaltActs(Acts, SqlHaltRepository):
    noun = "halts"

    async def begin_halt(self, halt: Halt) -> bool:
        async with self.store.write() as work:
            return await halts.begin_halt(work, halt)

    async def end_halts(self, ids: Iterable[HaltId], *, by: str, at: datetime, reason: str) -> bool:
        async with self.store.write() as work:
            return await halts.end_halts(work, list(ids), by=by, at=at, reason=reason)


class IdempotencyActs(Acts, SqlIdempotencyRepository):
    noun = "idempotency"

    async def begin(  # type: ignore[override]
        self, key: RequestKey, *, at: datetime, forget_before: datetime
    ) -> ArchivedAnswer | None:
        return await begin_request(self.store, key, at=at, forget_before=forget_before)


class ImportActs(Acts, SqlImportRepository):
    noun = "imports"

    async def begin(self, manifest: ImportManifest) -> None:
        async with self.store.write() as work:
            await begin_import(work, manifest)

    async def end(self, import_id: ImportId, counts: ImportCounts, report: str) -> None:  # type: ignore[override]
        async with self.store.write() as work:
            await end_import(work, import_id, counts, report)


class KeyActs(Acts, SqlKeyRepository):
    noun = "keys"

    async def begin(self, made: KeyVersion) -> None:
        await keys.begin_rotation(self.store, made)

    async def move(self, rekeying: Rekeying) -> int:
        return await keys.move_some(self.store, rekeying)

    async def end(self, made: KeyVersion) -> bool:
        return await keys.end_rotation(self.store, made)

    async def clear(self) -> None:  # type: ignore[override]
        await keys.clear_moved(self.store)


class LeaseActs(Acts, SqlLeaseRepository):
    noun = "leases"

    async def take(self, driver: Driver, *, silent: Heartbeat | None = None) -> Heartbeat:
        return await take_lease(self.store, driver, silent=silent)

    async def give_up(self, driver: Driver) -> None:
        await give_up_lease(self.store, driver)


class LedgerActs(Acts, SqlLedgerRepository):
    noun = "ledger"

    async def append(self, events: Iterable[LedgerEvent]) -> None:
        async with self.store.write() as work:
            work.record(*events)


class ListActs(Acts, SqlOppositionListRepository):
    noun = "lists"

    async def forget_replaced(self) -> None:  # type: ignore[override]
        await forget_replaced(self.store)


class OutboxActs(Acts, SqlOutboxRepository):
    noun = "outbox"

    async def claim(
        self, endpoint: WebhookUrl, *, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        return await claim_due(self.store, endpoint, now=now, until=until, limit=limit)


class ProbeActs(Acts, SqlProbeRepository):
    noun = "probes"

    async def add(self, probe: Probe) -> None:
        async with self.store.write() as work:
            await add_probe(work, probe)


class ProofActs(Acts, SqlProofRepository):
    noun = "proofs"


class RestoreActs(Acts, SqlRestoreRepository):
    noun = "restores"


class RetentionActs(Acts, SqlRetentionRepository):
    noun = "retention"


class ReviewActs(Acts, SqlReviewRepository):
    noun = "reviews"

    async def set_aside(self, contact_id: ContactId, *, error: str, at: datetime) -> bool:  # type: ignore[override]
        async with self.store.write() as work:
            return await reviews.set_aside(work, contact_id, error=error, at=at)


class SubjectActs(Acts, SqlSubjectRepository):
    noun = "subjects"

    async def erase(self, fingerprint: Fingerprint, *, by: str, at: datetime) -> Erased:
        async with self.store.write() as work:
            return await erase_person(work, fingerprint, by=by, at=at)


class SuppressionActs(Acts, SqlSuppressionRepository):
    noun = "suppressions"

    async def add(self, entries: Sequence[Suppression]) -> None:  # type: ignore[override]
        await store_oppositions(self.store, entries)

    async def of(self, fingerprint: Fingerprint) -> tuple[Suppression, ...]:
        return tuple((await self.of_many([fingerprint])).get(fingerprint, ()))

    async def remove(
        self, fingerprint: Fingerprint, sponsor: str | None, *, by: str, at: datetime, reason: str
    ) -> int:
        async with self.store.write() as work:
            return await lift_oppositions(work, fingerprint, sponsor, by=by, at=at, reason=reason)

    def in_force(
        self, *, since: str | None = None, batch: int = 5000
    ) -> AsyncIterator[Sequence[Suppression]]:
        return changed_oppositions(self.store, in_force=True, since=since, batch=batch)

    def lifted(self, *, since: str | None = None, batch: int = 5000) -> AsyncIterator[Sequence[Suppression]]:
        return changed_oppositions(self.store, in_force=False, since=since, batch=batch)

    async def knows(self, revision: str) -> bool:
        return await self.place_of(revision) is not None


class TokenActs(Acts, SqlTokenRepository):
    noun = "tokens"

    async def add(self, token: Token, *, by: str) -> None:  # type: ignore[override]
        async with self.store.write() as work:
            await tokens.add_token(work, token, by=by)

    async def revoke(self, name: str, *, by: str, at: datetime) -> None:  # type: ignore[override]
        async with self.store.write() as work:
            await tokens.revoke_token(work, name, by=by, at=at)


class TrunkActs(Acts, SqlTrunkRepository):
    noun = "trunks"

    async def reached(self, trunk: str, country_code: str, *, before: datetime, at: datetime) -> int:
        return await trunk_breaker.trunk_reached(self.store, trunk, country_code, before=before, at=at)


class VoidingActs(Acts):
    noun = "voidings"

    async def restore(
        self, trunk: str, *, since: datetime, until: datetime, by: str, at: datetime, reason: str
    ) -> int:
        return await restore_consents(
            self.store, trunk, since=since, until=until, by=by, at=at, reason=reason
        )


class ActStore(SqlStore):
    """`store.campaigns.get(id)` is one unit of work."""

    @classmethod
    def over(cls, store: SqlStore) -> "ActStore":
        """The same database, as a service has it open."""
        return cls(store._database, store._subscribers)

    @cached_property
    def attempts(self) -> AttemptActs:
        return AttemptActs(self)

    @cached_property
    def campaigns(self) -> CampaignActs:
        return CampaignActs(self)

    @cached_property
    def consents(self) -> ConsentActs:
        return ConsentActs(self)

    @cached_property
    def contacts(self) -> ContactActs:
        return ContactActs(self)

    @cached_property
    def decisions(self) -> DecisionActs:
        return DecisionActs(self)

    @cached_property
    def halts(self) -> HaltActs:
        return HaltActs(self)

    @cached_property
    def idempotency(self) -> IdempotencyActs:
        return IdempotencyActs(self)

    @cached_property
    def imports(self) -> ImportActs:
        return ImportActs(self)

    @cached_property
    def keys(self) -> KeyActs:
        return KeyActs(self)

    @cached_property
    def leases(self) -> LeaseActs:
        return LeaseActs(self)

    @cached_property
    def ledger(self) -> LedgerActs:
        return LedgerActs(self)

    @cached_property
    def lists(self) -> ListActs:
        return ListActs(self)

    @cached_property
    def outbox(self) -> OutboxActs:
        return OutboxActs(self)

    @cached_property
    def probes(self) -> ProbeActs:
        return ProbeActs(self)

    @cached_property
    def proofs(self) -> ProofActs:
        return ProofActs(self)

    @cached_property
    def restores(self) -> RestoreActs:
        return RestoreActs(self)

    @cached_property
    def retention(self) -> RetentionActs:
        return RetentionActs(self)

    @cached_property
    def reviews(self) -> ReviewActs:
        return ReviewActs(self)

    @cached_property
    def subjects(self) -> SubjectActs:
        return SubjectActs(self)

    @cached_property
    def suppressions(self) -> SuppressionActs:
        return SuppressionActs(self)

    @cached_property
    def tokens(self) -> TokenActs:
        return TokenActs(self)

    @cached_property
    def trunks(self) -> TrunkActs:
        return TrunkActs(self)

    @cached_property
    def voidings(self) -> VoidingActs:
        return VoidingActs(self)
