"""Acts on people: their consents and oppositions, and the lists they stand on."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from dialer.domain.base.types import CampaignId, ContactId, Fingerprint, ImportId
from dialer.domain.consent import ConsentEvent, ImportManifest
from dialer.domain.oppositions.suppression import Suppression
from dialer.ports.records import (
    ContactFacts,
    ImportCounts,
    NewContact,
)
from dialer.ports.upkeep import Erased
from dialer.services.acts.people import (
    add_consents,
    changed_oppositions,
    erase_person,
    lift_oppositions,
    store_oppositions,
)
from dialer.services.consent import reviews
from dialer.services.consent.consents import restore_consents
from dialer.services.consent.contact_import import add_contacts
from dialer.services.imports.run import begin_import, end_import
from dialer.services.oppositions.external_lists import forget_replaced
from tests.harness.acts.base import Acts

if TYPE_CHECKING:
    from dialer.adapters.sql.consent import SqlConsentRepository, SqlProofRepository
    from dialer.adapters.sql.contacts import SqlContactRepository, SqlImportRepository, SqlReviewRepository
    from dialer.adapters.sql.erasure import SqlSubjectRepository
    from dialer.adapters.sql.oppositions import SqlOppositionListRepository, SqlSuppressionRepository
else:
    SqlConsentRepository = SqlContactRepository = SqlImportRepository = object
    SqlProofRepository = SqlReviewRepository = SqlOppositionListRepository = object
    SqlSuppressionRepository = SqlSubjectRepository = object


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


class ImportActs(Acts, SqlImportRepository):
    noun = "imports"

    async def begin(self, manifest: ImportManifest) -> None:
        async with self.store.write() as work:
            await begin_import(work, manifest)

    async def end(self, import_id: ImportId, counts: ImportCounts, report: str) -> None:  # type: ignore[override]
        async with self.store.write() as work:
            await end_import(work, import_id, counts, report)


class ListActs(Acts, SqlOppositionListRepository):
    noun = "lists"

    async def forget_replaced(self) -> None:  # type: ignore[override]
        await forget_replaced(self.store)


class ProofActs(Acts, SqlProofRepository):
    noun = "proofs"


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


class VoidingActs(Acts):
    noun = "voidings"

    async def restore(
        self, trunk: str, *, since: datetime, until: datetime, by: str, at: datetime, reason: str
    ) -> int:
        return await restore_consents(
            self.store, trunk, since=since, until=until, by=by, at=at, reason=reason
        )
