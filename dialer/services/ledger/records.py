"""The stored rows, checked against the ledger: rows changed, removed or added are found."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from dialer.domain.consent.consent import ConsentGiven
from dialer.domain.ledger.reconciliation import DigestRow, Discrepancy, PlacedEntry, Reconciliation, read_line
from dialer.domain.ledger.row_digests import (
    IN_CLEAR,
    RecordedValue,
    RecordKind,
    id_of,
    keyed,
    keyed_digest,
    vouched,
)
from dialer.domain.ledger.sealing import Pending, name_of
from dialer.ports.access.vault import Vault
from dialer.ports.ledger.recorded import HasRecorded, RecordedRepository, RecordTable, StoredRow
from dialer.ports.unit_of_work import Store
from dialer.services.consent.consent_proofs import ConsentProofs, Opening
from dialer.services.ledger.inputs import InputCheck

AHEAD = 1000
"""Claims that may wait for their rows before the next rows are read.

Memory holds few of them, however long the ledger.
"""


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    """A report. `rows` counts the rows checked.

    `size` counts the entries, including the ones that wait to be sealed.
    """

    rows: int
    size: int
    discrepancies: tuple[Discrepancy, ...]


class RecordCheck:
    def __init__(
        self, store: Store[HasRecorded], vault: Vault, proofs: ConsentProofs, subject_key: bytes
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

    async def _lines(self, snapshot: RecordedRepository) -> AsyncIterator[list[PlacedEntry]]:
        size = 0
        async for page in snapshot.entries():
            yield [read_line(entry.index, entry.text) for entry in page]
            size = page[-1].index + 1
        yield [self._line(size + place, item) for place, item in enumerate(await snapshot.pending())]

    def _line(self, position: int, item: Pending) -> PlacedEntry:
        """Return the entry as it will be sealed."""
        event = item.event
        subject = name_of(event.fingerprint, item.subject, self._subject_key)
        return PlacedEntry(position, event.kind, subject, event.about, keyed(event.body, self._subject_key))


class ReconciliationRun:
    """A run in progress."""

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

    async def keep_page(self, shelf: RecordTable) -> bool:
        """Keep the next page; return whether there was one."""
        page = await anext(shelf.pages, None)
        if page is None:
            return False
        await self._inputs.fetch([row.inputs for row in page if row.inputs])
        await asyncio.to_thread(self._keep, page)
        self.rows += len(page)
        return True

    def _keep(self, page: Sequence[StoredRow]) -> None:
        for stored in page:
            if stored.told is None:
                self.found.append(Discrepancy(None, f"{stored.name}: cannot be read as what it was"))
            for row in self._rows(stored):
                self.reconciliation.keep(row)

    def _as_recorded(self, told: RecordedValue) -> RecordedValue:
        """A proof that was sealed since was vouched for in clear."""
        return self._proofs.as_recorded(told) if isinstance(told, ConsentGiven) else told

    def _rows(self, stored: StoredRow) -> Iterator[DigestRow]:
        subject = name_of(stored.fingerprint, stored.pseudonym, self._subject_key)
        for told in map(self._as_recorded, stored.told or ()):
            for part, plain in vouched(told).items():
                digest = plain if part in IN_CLEAR else keyed_digest(plain, self._subject_key)
                yield DigestRow(part, digest, subject, id_of(told), stored.name)
        if stored.inputs and not stored.inputs.erased:
            if self._inputs.right(stored):
                yield DigestRow(RecordKind.INPUTS, stored.inputs.hash, subject, None, stored.name)
            else:
                detail = f"{stored.name}: what it was made from is not what its hash was taken over"
                self.found.append(Discrepancy(None, detail))
