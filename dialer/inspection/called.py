"""The people called, as the lines of `evidence.jsonl`, and the count of their calls.

A line holds call records, the facts of their decisions, and ledger entries with proofs. One pass
writes `evidence.jsonl`, `calls.csv`, `anomalies.csv` and `figures.json`.
"""

import asyncio
import csv
import io
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dialer.domain.access import Actor
from dialer.domain.base.canonical_json import canonical, plain
from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import AttemptId, ContactId
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.consent import ConsentEvent, Contact
from dialer.domain.ledger.event import Kind
from dialer.domain.ledger.row_digests import call_record
from dialer.domain.ledger.sealing import SealedEntry
from dialer.domain.numbers.number_plan import number_facts
from dialer.domain.numbers.phone_text import PhoneError
from dialer.domain.numbers.territory import TERRITORIES, territory_of
from dialer.inspection.findings import Counted
from dialer.inspection.sealed import CountListener, SealedCampaign
from dialer.ports.access import Vault
from dialer.ports.consent import HasProofs
from dialer.ports.inspection import CalledPerson, HasInspections, PackFiles
from dialer.ports.records import ArchivedDecision, CallRow
from dialer.ports.unit_of_work import Store
from dialer.services.calls.call_records import CallRecord, CallRecords, masked
from dialer.services.consent.consent_proofs import ConsentProofs, Opening
from dialer.services.ledger.reader import OF_THE_PERSON
from dialer.verifier.people import Document, read_person
from dialer.verifier.recount import Recount
from dialer.views.calls import CALL_COLUMNS, CallView, cell

PAGE = 500
ENDS = (Kind.OUTCOME, Kind.LATE_OPPOSITION, Kind.OPPOSITION)
"""Kinds of entries about the end of a call, which belong together."""


class CalledWork(HasInspections, HasProofs, Protocol):
    """The unit of work that reads the people called."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person called.

    `document` is their line, `calls` the calls of this campaign in it. `left_out` counts the calls
    sealed after the head.
    """

    document: Document
    person: CalledPerson
    calls: tuple[CallRow, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of people, with the ledger's entries about their calls and about them.

    `of_calls` is keyed by attempt, `of_people` by subject.
    """

    people: Sequence[CalledPerson]
    of_calls: dict[str, list[SealedEntry]]
    of_people: dict[str, list[SealedEntry]]
    proofs: Opening | None

    def consents_of(self, person: CalledPerson) -> Iterable[ConsentEvent]:
        """Return the consents.

        A proof's name may name the person: it stays sealed in a masked pack.
        """
        return map(self.proofs.clear, person.consents) if self.proofs else person.consents


class CalledPeople:
    """Reader of the people called.

    `seal` writes waiting entries into the ledger. It separates the entries that are missing from
    the ones that are new.
    """

    def __init__(
        self,
        store: Store[CalledWork],
        vault: Vault,
        seal: Callable[[], Awaitable[None]],
        campaign: Campaign,
        sealed: SealedCampaign,
        *,
        masked: bool,
    ) -> None:
        self._store = store
        self._vault = vault
        self._proofs = ConsentProofs(store, vault)
        self._seal = seal
        self._campaign = campaign
        self._sealed = sealed
        self._masked = masked

    async def pages(self) -> AsyncIterator[list[PersonLine]]:
        """Yield people in the order of the list. One page at a time is in memory."""
        after = ContactId(0)
        sponsor = self._campaign.definition.sponsor.id
        while True:
            async with self._store.read() as work:
                people = await work.inspections.called(self._campaign.id, sponsor, after=after, limit=PAGE)
            if not people:
                return
            page = await self._sealed_page(people)
            late = await self._sealed_late(page)
            yield [self._line(person, page, late) for person in people]
            after = people[-1].contact.id

    async def _sealed_page(self, people: Sequence[CalledPerson]) -> PeoplePage:
        size = self._sealed.size
        ids = [row.attempt.id for person in people for row in person.calls]
        async with self._store.read() as work:
            of_calls = _by(await work.inspections.sealed_about(ids, before=size), "about")
            subjects = {entry.subject for found in of_calls.values() for entry in found if entry.subject}
            entries = await work.inspections.sealed_of(sorted(subjects), OF_THE_PERSON, before=size)
        of_people = _by(entries, "subject")
        proofs = None if self._masked else await self._proofs.opening()
        return PeoplePage(people, of_calls, of_people, proofs)

    async def _sealed_late(self, page: PeoplePage) -> dict[str, set[str]]:
        """Return the kinds of entries sealed after the head, by attempt.

        A campaign may go on meanwhile.
        """
        wanting = [
            row.attempt.id
            for person in page.people
            for row in person.calls
            if not _whole(row, page.of_calls.get(row.attempt.id, ()))
        ]
        if not wanting:
            return {}
        await self._seal()
        found: defaultdict[str, set[str]] = defaultdict(set)
        async with self._store.read() as work:
            entries = await work.inspections.sealed_about(wanting, before=WHOLE_LEDGER)
        for entry in entries:
            if entry.index >= self._sealed.size and entry.about:
                found[entry.about].add(entry.kind)
        return found

    def _line(self, person: CalledPerson, page: PeoplePage, late: dict[str, set[str]]) -> PersonLine:
        rows = [row for row in person.calls if Kind.PERMIT not in late.get(row.attempt.id, ())]
        found = [entry for row in rows for entry in page.of_calls.get(row.attempt.id, ())]
        for subject in {entry.subject for entry in found if entry.subject}:
            found += page.of_people.get(subject, ())
        # An opposition by key 9 is about the call, and of the person.
        entries = [entry for _, entry in sorted({entry.index: entry for entry in found}.items())]
        contact, zones = person.contact, _zones(entries)
        document = {
            "list": contact.import_id,
            "line": contact.line,
            "external_id": None if self._masked else contact.details.external_id,
            "phone_number": self._number(contact),
            "territories": _territories(contact, zones),
            "area": _area(contact),
            "consents": [plain(consent) for consent in page.consents_of(person)],
            "calls": [self._call(row, person, late.get(row.attempt.id, set())) for row in rows],
            "entries": [self._sealed.proved(entry) for entry in entries],
        }
        own = tuple(row for row in rows if row.attempt.campaign_id == self._campaign.id)
        return PersonLine(document, person, own, len(person.calls) - len(rows))

    def _number(self, contact: Contact) -> str | None:
        if not contact.number:
            return None
        return masked(contact.number) if self._masked else contact.number

    def _call(self, row: CallRow, person: CalledPerson, late: set[str]) -> Document:
        attempt = row.attempt
        going_on = attempt.alive or not late.isdisjoint(ENDS)
        kept = person.decisions.get(attempt.id)
        return {
            "attempt_id": attempt.id,
            "campaign_id": attempt.campaign_id,
            "record": None if going_on else canonical(call_record(attempt)),
            "context": kept.context_hash if kept else None,
            "answered": None if self._masked or kept is None else self._opened(kept),
        }

    def _opened(self, kept: ArchivedDecision) -> str | None:
        """Return the facts of the decision. A damaged record is left to the replay to report."""
        if kept.key is None or kept.sealed is None:
            return None
        try:
            return self._vault.open(kept.fingerprint, kept.key, kept.sealed)
        except InvalidInput:
            return None


WHOLE_LEDGER = 1 << 62


def _whole(row: CallRow, entries: Iterable[SealedEntry]) -> bool:
    kinds = {entry.kind for entry in entries}
    decided, over = Kind.PERMIT.value in kinds, Kind.OUTCOME.value in kinds
    # A 9 that arrives late changes the record once more: its entry may come after the head.
    return decided and (row.attempt.alive or over) and row.attempt.opposed_at is None


def _by(entries: Iterable[SealedEntry], name: str) -> dict[str, list[SealedEntry]]:
    found: defaultdict[str, list[SealedEntry]] = defaultdict(list)
    for entry in entries:
        found[getattr(entry, name)].append(entry)
    return found


def _zones(entries: Iterable[SealedEntry]) -> set[str]:
    return {
        zone
        for entry in entries
        if entry.kind == Kind.PERMIT
        for zone in json.loads(entry.text)["body"]["zones"]
    }


def _territories(contact: Contact, zones: set[str]) -> list[str]:
    """Return the territories stated with the contact, else those of the number.

    Where the number was erased, return those whose clocks the decision looked at.
    """
    if territory := contact.details.territory:
        return sorted({territory_of(territory), territory})
    try:
        return sorted(number_facts(contact.number).territories)
    except PhoneError:
        return sorted(
            code for code, territory in TERRITORIES.items() if zones & {*territory.zones, *territory.aliases}
        )


def _area(contact: Contact) -> str | None:
    try:
        return number_facts(contact.number).area
    except PhoneError:
        return None


FAULT_COLUMNS = ("kind", "attempt_id", "at", "detail")
COLUMNS = (*CALL_COLUMNS, "territories", "list", "line")


async def count_calls(
    actor: Actor,
    people: CalledPeople,
    records: CallRecords,
    terms: dict[str, Any],
    files: PackFiles,
    listener: CountListener,
) -> Counted:
    """Write and count the calls.

    `listener` receives the number of people done. `actor` sees numbers as their role and the pack
    allow.
    """
    recount, counted = Recount(terms), Counted()
    files.append("calls.csv", [csv_line(COLUMNS)])
    files.append("anomalies.csv", [csv_line(FAULT_COLUMNS)])
    files.append("evidence.jsonl", ())
    done = 0
    async for page in people.pages():
        counted.left_out += sum(line.left_out for line in page)
        called = [line for line in page if line.calls]
        shown = await records.records(actor, [row for line in called for row in line.calls])
        counted.seen.update(record.attempt.id for record in shown)
        await asyncio.to_thread(_write, files, recount, called, shown)
        done += len(page)
        listener(done, 0)
    counted.figures = recount.figures()
    files.put("figures.json", _json(counted.figures))
    return counted


def csv_line(values: Iterable[object]) -> str:
    """Write a line of RFC 4180, without its end.

    Cells that a spreadsheet would run are disarmed.
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([cell(value) for value in values])
    return out.getvalue()


def _write(
    files: PackFiles, recount: Recount, lines: Sequence[PersonLine], shown: Sequence[CallRecord]
) -> None:
    faults = [fault for line in lines for fault in recount.feed(read_person(line.document))]
    by_id = {record.attempt.id: CallView.of(record).document() for record in shown}
    files.append("evidence.jsonl", [json.dumps(line.document, ensure_ascii=False) for line in lines])
    files.append("calls.csv", [row for line in lines for row in _rows(line, by_id)])
    files.append("anomalies.csv", [csv_line(fault) for fault in faults])


def _rows(line: PersonLine, by_id: dict[AttemptId, dict[str, Any]]) -> list[str]:
    """Return the CSV rows of the calls, with number and id of the person as the line shows them."""
    told = line.document
    hidden = {"phone_number": told["phone_number"], "contact": told["external_id"]}
    where = {"territories": "/".join(told["territories"]), "list": told["list"], "line": told["line"]}
    records = [by_id[row.attempt.id] | hidden | where for row in line.calls]
    return [csv_line(record[name] for name in COLUMNS) for record in records]


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
