"""Imports from CSV files: contact lists into a campaign, and consents for all campaigns.

A contact list states where it came from, and is refused without (FP-30, FP-31, E4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Conflict, InvalidInput, NotFound, Problem
from dialer.domain.base.types import CampaignId, ImportId
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.consent import ConsentGiven, SourceClass
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.consent import HasImports
from dialer.ports.records import NewContact
from dialer.ports.unit_of_work import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.acts.people import ConsentWork, add_consents
from dialer.services.consent import contact_rows
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.imports.cells import demand_whole, phone, place
from dialer.services.imports.csv import CsvRow
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import Importer, ImportSource, ImportStamp, Origin, Warned


class ContactWork(ConsentWork, HasCampaigns, HasImports, Protocol):
    """The unit of work of a list that joins a campaign."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Provenance of a list, as its supplier states it.

    `source_class` is judged here; `collected_at` is aware.
    """

    source_class: str
    supplier: str
    collected_at: datetime


@dataclass(frozen=True, slots=True)
class ContactIntake:
    import_id: ImportId
    campaign_id: CampaignId
    jurisdiction: contact_rows.Jurisdiction
    stamp: ImportStamp
    store: Store[ContactWork]
    columns: frozenset[str] = contact_rows.CONTACT_COLUMNS

    def read(self, row: CsvRow) -> tuple[NewContact, Sequence[Warned]]:
        return contact_rows.read_contact(row, self.jurisdiction, self.stamp), ()

    async def keep(self, items: Sequence[NewContact]) -> int:
        async with self.store.write() as work:
            return len(await add_contacts(work, self.import_id, self.campaign_id, items))


class ContactImports:
    def __init__(
        self,
        store: Store[ContactWork],
        clock: Clock,
        fingerprints: Fingerprints,
        proofs: ConsentProofs,
        packs: RulePackIndex,
        importer: Importer,
    ) -> None:
        self._store = store
        self._clock = clock
        self._fingerprints = fingerprints
        self._proofs = proofs
        self._packs = packs
        self._importer = importer

    async def run(
        self, actor: Actor, campaign_id: CampaignId, provenance: Provenance, source: ImportSource
    ) -> ImportReport:
        """Import contacts. Raise `InvalidInput` where the whole file is refused.

        Raise `NotFound` or `Conflict` for the campaign. Nothing is stored after an error. Contacts
        may join while a campaign is draft, approved, running or paused, since each call is decided
        by itself; not once it is over.
        """
        actor.demand(Right.IMPORT)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
        if campaign.state.is_final:
            raise Conflict(
                f"the campaign is {campaign.state}: it takes no more contacts", hint="create a new campaign"
            )
        now = self._clock.now()
        source_class = _judged(provenance, now)
        seal = (await self._proofs.sealing(now)).seal
        stamp = ImportStamp(source.import_id, now, self._fingerprints, seal)
        intake = ContactIntake(
            source.import_id, campaign_id, self._jurisdiction(campaign), stamp, self._store
        )
        origin = Origin(
            kind="contacts",
            imported_by=actor.name,
            imported_at=now,
            campaign_id=campaign_id,
            source_class=source_class,
            supplier=provenance.supplier.strip(),
            collected_at=provenance.collected_at.astimezone(UTC),
        )
        return await self._importer.import_from(source, intake, origin)

    def _jurisdiction(self, campaign: Campaign) -> contact_rows.Jurisdiction:
        profile = campaign.definition.profile
        packs = [pack for pack in self._packs.by_title.values() if pack.name == profile]
        if not packs:
            raise Conflict(f"there is no rule pack for the profile {profile}")
        territories = frozenset(code for pack in packs for code in pack.territories)
        return contact_rows.Jurisdiction(profile, packs[0].region, territories)


async def add_contacts(
    work: ContactWork, import_id: ImportId, campaign_id: CampaignId, rows: Sequence[NewContact]
) -> list[int]:
    """Add rows with the consents that they state, taken down by who imports.

    Return the lines whose number was on the campaign's list: their consent is stored all the same.
    Raise `NotFound` unless the import was begun for this campaign.
    """
    begun = (await work.imports.lock(campaign_id)).get(import_id)
    if begun is None:
        raise NotFound(f"there is no import {import_id} for campaign {campaign_id}")
    added = await work.contacts.add(import_id, campaign_id, rows, due_at=begun.imported_at)
    given = [row.consent for row in rows if row.consent is not None]
    await add_consents(work, given, by=begun.imported_by)
    return [row.line for row in rows if row.line not in added]


def _judged(provenance: Provenance, now: datetime) -> SourceClass:
    """Return the class of the source. Raise `InvalidInput` for a source that no list may have."""
    problems: list[Problem] = []
    if not provenance.supplier.strip() or not provenance.supplier.isprintable():
        problems.append(Problem("supplier", "is empty or no plain text: name who supplied the list"))
    if provenance.collected_at > now:
        problems.append(Problem("collected_at", "lies in the future: state when the numbers were collected"))
    if provenance.source_class not in set(SourceClass):
        accepted = ", ".join(SourceClass)
        detail = f"lists of the class {provenance.source_class!r} are refused: accepted are {accepted}"
        problems.append(Problem("source_class", detail))
    if problems:
        raise InvalidInput("the list is refused for where it comes from", tuple(problems))
    return SourceClass(provenance.source_class)


COLUMNS = contact_rows.CONSENT_COLUMNS | {"phone_number", "territory", "timezone", "postcode"}
REGION = "FR"
"""National forms are read as French: a consent names no profile."""


@dataclass(frozen=True, slots=True)
class ConsentIntake:
    stamp: ImportStamp
    store: Store[ConsentWork]
    imported_by: str
    columns: frozenset[str] = COLUMNS

    def read(self, row: CsvRow) -> tuple[ConsentGiven, Sequence[Warned]]:
        return read_consent_row(row, self.stamp), ()

    async def keep(self, items: Sequence[ConsentGiven]) -> int:
        async with self.store.write() as work:
            await add_consents(work, items, by=self.imported_by)
        return 0


def read_consent_row(row: CsvRow, stamp: ImportStamp) -> ConsentGiven:
    """Read a row of a file of consents. Raise `RowRejected`."""
    demand_whole(row)
    number = phone(row, REGION)
    return contact_rows.read_consent(row, number, place(row, number), stamp)


class ConsentImports:
    def __init__(
        self,
        store: Store[ConsentWork],
        clock: Clock,
        fingerprints: Fingerprints,
        proofs: ConsentProofs,
        importer: Importer,
    ) -> None:
        self._store = store
        self._clock = clock
        self._fingerprints = fingerprints
        self._proofs = proofs
        self._importer = importer

    async def run(self, actor: Actor, source: ImportSource) -> ImportReport:
        """Import consents. Raise `InvalidInput` where the whole file is refused.

        A consent stored before is stored again: its events are a history.
        """
        actor.demand(Right.IMPORT)
        now = self._clock.now()
        seal = (await self._proofs.sealing(now)).seal
        stamp = ImportStamp(source.import_id, now, self._fingerprints, seal)
        intake = ConsentIntake(stamp, self._store, actor.name)
        origin = Origin("consents", actor.name, now)
        return await self._importer.import_from(source, intake, origin)
