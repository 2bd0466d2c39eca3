"""The check of the whole stored ledger, and of the rows and inputs of decisions that it describes.

Chain, tree and every head, in the database and outside it, are checked first. Then rows changed,
removed or added are found, and inputs of decisions (contexts, rule packs, the sealed part of each
person) are held against the hashes in the ledger.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import InvalidInput
from dialer.domain.consent import ConsentGiven
from dialer.domain.decision.facts import join_parts
from dialer.domain.ledger import row_digests
from dialer.domain.ledger.reconciliation import DigestRow, Discrepancy, PlacedEntry, Reconciliation, read_line
from dialer.domain.ledger.sealing import Pending, SealedEntry, name_of
from dialer.domain.ledger.tree import leaf_hash
from dialer.domain.rulepacks.rulepack import RulePack
from dialer.ports import ledger
from dialer.ports.access import Vault
from dialer.ports.records import InputKind
from dialer.ports.unit_of_work import Store
from dialer.services.consent.consent_proofs import ConsentProofs, Opening
from dialer.verifier import verify_ledger


class InputCheck:
    """The check of the inputs of decisions against the hashes in the ledger."""

    def __init__(self, snapshot: ledger.RecordedRepository, vault: Vault) -> None:
        self._snapshot = snapshot
        self._vault = vault
        self._contexts: dict[str, str] = {}
        self._packs: set[str] = set()

    async def fetch(self, inputs: Sequence[ledger.SealedInputs]) -> None:
        """Read the contexts of these inputs that are not known yet."""
        self._packs |= {one.pack_hash for one in inputs if one.pack_hash}
        wanted = {one.context_hash for one in inputs if one.context_hash}
        if missing := wanted - self._contexts.keys():
            found = await self._snapshot.inputs(InputKind.CONTEXT, sorted(missing))
            for named in missing:
                content = found.get(named, "")
                whole_one = hashlib.sha256(content.encode()).hexdigest() == named
                self._contexts[named] = content if whole_one else ""

    def right(self, stored: ledger.StoredRow) -> bool:
        """Tell whether context and sealed half together have the hash of the decision."""
        inputs, person = stored.inputs, stored.fingerprint
        if inputs is None or inputs.key is None or inputs.sealed is None or person is None:
            return False
        try:
            subject = self._vault.open(person, inputs.key, inputs.sealed)
            return join_parts(self._contexts.get(inputs.context_hash or "", ""), subject).hash == inputs.hash
        except InvalidInput:
            return False

    async def damaged_packs(self) -> list[Discrepancy]:
        """Return the damaged ones of the rule packs that any decision names."""
        found = await self._snapshot.inputs(InputKind.PACK, sorted(self._packs))
        return [
            Discrepancy(None, f"decision_inputs {named}: the rule pack is gone, or was changed")
            for named in sorted(self._packs)
            if _pack_hash(found.get(named, "")) != named
        ]


def _pack_hash(content: str) -> str:
    try:
        return RulePack.model_validate_json(content).hash
    except ValidationError:
        return ""


AHEAD = 1000
"""Claims that may wait for their rows before the next rows are read.

Memory holds few of them, however long the ledger.
"""


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    """The report of a check of the stored rows. `rows` counts the rows checked.

    `size` counts the entries, including the ones that wait to be sealed.
    """

    rows: int
    size: int
    discrepancies: tuple[Discrepancy, ...]


class RecordCheck:
    """The check of the stored rows against the entries of the ledger."""

    def __init__(
        self, store: Store[ledger.HasRecorded], vault: Vault, proofs: ConsentProofs, subject_key: bytes
    ) -> None:
        self._store = store
        self._proofs = proofs
        self._vault = vault
        self._subject_key = subject_key

    async def run(self) -> ReconciliationReport:
        """Return contradicted entries in their order, then faults of rows alone.

        The entries must have been verified before.
        """
        proofs = await self._proofs.opening()
        async with self._store.read() as work:
            snapshot = work.recorded
            inputs = InputCheck(snapshot, self._vault)
            holding = ReconciliationRun(inputs, proofs, self._subject_key)
            shelves = snapshot.shelves()
            async for lines in self._lines(snapshot):
                holding.tell(lines)
                for shelf in shelves:
                    while holding.reconciliation.waiting(shelf.parts) > AHEAD:
                        if not await holding.keep_page(shelf):
                            break
            for shelf in shelves:
                while await holding.keep_page(shelf):
                    pass
            damaged = await inputs.damaged_packs()
        found = [*holding.reconciliation.finish(), *holding.found, *damaged]
        return ReconciliationReport(holding.rows, holding.size, tuple(found))

    async def _lines(self, snapshot: ledger.RecordedRepository) -> AsyncIterator[list[PlacedEntry]]:
        size = 0
        async for page in snapshot.entries():
            yield [read_line(entry.index, entry.text) for entry in page]
            size = page[-1].index + 1
        yield [self._line(size + place, item) for place, item in enumerate(await snapshot.pending())]

    def _line(self, position: int, item: Pending) -> PlacedEntry:
        """Return the entry as it will be sealed."""
        event = item.event
        subject = name_of(event.fingerprint, item.subject, self._subject_key)
        return PlacedEntry(
            position, event.kind, subject, event.about, row_digests.keyed(event.body, self._subject_key)
        )


class ReconciliationRun:
    """A check of the stored rows in progress, fed with entries and pages of rows."""

    def __init__(self, inputs: InputCheck, proofs: Opening, subject_key: bytes) -> None:
        self.reconciliation = Reconciliation()
        self.found: list[Discrepancy] = []
        self.rows = 0
        self.size = 0
        self._inputs = inputs
        self._proofs = proofs
        self._subject_key = subject_key

    def tell(self, lines: Sequence[PlacedEntry]) -> None:
        for line in lines:
            self.reconciliation.tell(line)
        self.size += len(lines)

    async def keep_page(self, shelf: ledger.RecordTable) -> bool:
        """Keep the next page; return whether there was one."""
        page = await anext(shelf.pages, None)
        if page is None:
            return False
        await self._inputs.fetch([row.inputs for row in page if row.inputs])
        await asyncio.to_thread(self._keep, page)
        self.rows += len(page)
        return True

    def _keep(self, page: Sequence[ledger.StoredRow]) -> None:
        for stored in page:
            if stored.told is None:
                self.found.append(Discrepancy(None, f"{stored.name}: cannot be read as what it was"))
            for row in self._rows(stored):
                self.reconciliation.keep(row)

    def _as_recorded(self, told: row_digests.RecordedValue) -> row_digests.RecordedValue:
        """Return the record as its entry vouched for it: proofs sealed later are opened."""
        return self._proofs.as_recorded(told) if isinstance(told, ConsentGiven) else told

    def _rows(self, stored: ledger.StoredRow) -> Iterator[DigestRow]:
        subject = name_of(stored.fingerprint, stored.pseudonym, self._subject_key)
        for told in map(self._as_recorded, stored.told or ()):
            for part, plain in row_digests.vouched(told).items():
                digest = (
                    plain
                    if part in row_digests.IN_CLEAR
                    else row_digests.keyed_digest(plain, self._subject_key)
                )
                yield DigestRow(part, digest, subject, row_digests.id_of(told), stored.name)
        if stored.inputs and not stored.inputs.erased:
            if self._inputs.right(stored):
                yield DigestRow(row_digests.RecordKind.INPUTS, stored.inputs.hash, subject, None, stored.name)
            else:
                detail = f"{stored.name}: what it was made from is not what its hash was taken over"
                self.found.append(Discrepancy(None, detail))


PAGE = 1000


@dataclass(frozen=True, slots=True)
class LedgerVerdict:
    """The result of a check. `findings` are by index; none where all is as it was signed.

    `records` counts the rows checked, 0 where the entries are damaged. A fault of a row without an
    entry has the index of the next entry.
    """

    entries: int
    heads: int
    records: int
    findings: tuple[verify_ledger.LedgerFinding, ...]


class LedgerVerifier:
    def __init__(
        self,
        store: Store[ledger.HasLedger],
        files: ledger.HeadFiles,
        signer: ledger.Signer,
        records: RecordCheck,
    ) -> None:
        self._store = store
        self._records = records
        self._files = files
        self._signer = signer

    async def run(self, actor: Actor, kept: Iterable[str] = ()) -> LedgerVerdict:
        """Check the whole ledger. Raise `Unavailable`.

        `kept`: lines of heads that were handed out earlier.
        """
        actor.demand(Right.READ_EVIDENCE)
        lines = [*kept, *await self._files.lines(), *[line async for line in head_lines(self._store)]]
        async with self._store.read() as work:
            restorations = await work.ledger.about(verify_ledger.RESTORED)
        lost = verify_ledger.lost_heads(entry.text for entry in restorations)
        heads, findings = await asyncio.to_thread(
            verify_ledger.check_heads, lines, self._signer.public_key, self._signer.verify, lost
        )
        entries = verify_ledger.Entries(heads)
        async for page in entry_pages(self._store):
            findings += await asyncio.to_thread(_feed, entries, page)
            if entries.broken:
                break
        findings += entries.finish()
        held = ReconciliationReport(0, 0, ()) if entries.broken else await self._records.run()
        findings += [
            verify_ledger.LedgerFinding(held.size if found.position is None else found.position, found.detail)
            for found in held.discrepancies
        ]
        found = sorted(dict.fromkeys(findings), key=lambda finding: finding.index)
        return LedgerVerdict(entries.size, len(heads), held.rows, tuple(found))


async def head_lines(store: Store[ledger.HasLedger]) -> AsyncIterator[str]:
    """Yield all heads of the database."""
    size = 0
    while True:
        async with store.read() as work:
            heads = await work.ledger.heads(after=size, limit=PAGE)
        if not heads:
            return
        for head in heads:
            yield head.line
        size = heads[-1].size


async def entry_pages(store: Store[ledger.HasLedger]) -> AsyncIterator[Sequence[SealedEntry]]:
    first = 0
    while True:
        async with store.read() as work:
            page = await work.ledger.entries(first=first, limit=PAGE)
        if not page:
            return
        yield page
        first = page[-1].index + 1


def _feed(entries: verify_ledger.Entries, page: Sequence[SealedEntry]) -> list[verify_ledger.LedgerFinding]:
    findings: list[verify_ledger.LedgerFinding] = []
    for entry in page:
        entries.feed(entry.text)
        if entries.broken:
            break
        findings += _check_columns(entry)
    return findings


def _check_columns(entry: SealedEntry) -> list[verify_ledger.LedgerFinding]:
    """Check the columns that index the text: they must agree with it."""
    if leaf_hash(entry.text.encode()) != entry.hash:
        return [verify_ledger.LedgerFinding(entry.index, "changed: its stored hash is that of another text")]
    said = verify_ledger.read_entry(entry.text) or {}
    columns = {"index": entry.index, "kind": entry.kind, "subject": entry.subject, "about": entry.about}
    if columns != {name: said.get(name) for name in columns}:
        return [
            verify_ledger.LedgerFinding(
                entry.index, "stored under another number, kind, subject or id than it says"
            )
        ]
    return []
