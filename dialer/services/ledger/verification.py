"""Check of the whole stored ledger.

It covers chain, tree, every head in the database and outside it, decisions and outcomes, and the
rows they describe.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from dialer.domain.access.roles import Actor, Right
from dialer.domain.ledger.sealing import SealedEntry
from dialer.domain.ledger.tree import leaf_hash
from dialer.ports.ledger.ledger import HasLedger, HeadFiles, Signer
from dialer.ports.unit_of_work import Store
from dialer.services.ledger.records import ReconciliationReport, RecordCheck
from dialer.verifier.verify_ledger import (
    RESTORED,
    Entries,
    LedgerFinding,
    check_heads,
    lost_heads,
    read_entry,
)

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
    findings: tuple[LedgerFinding, ...]


class LedgerVerifier:
    def __init__(
        self, store: Store[HasLedger], files: HeadFiles, signer: Signer, records: RecordCheck
    ) -> None:
        self._store = store
        self._records = records
        self._files = files
        self._signer = signer

    async def run(self, actor: Actor, kept: Iterable[str] = ()) -> LedgerVerdict:
        """`kept`: lines of heads that were handed out earlier. Raise `Unavailable`."""
        actor.demand(Right.READ_EVIDENCE)
        lines = [*kept, *await self._files.lines(), *[line async for line in head_lines(self._store)]]
        async with self._store.read() as work:
            restorations = await work.ledger.about(RESTORED)
        lost = lost_heads(entry.text for entry in restorations)
        heads, findings = await asyncio.to_thread(
            check_heads, lines, self._signer.public_key, self._signer.verify, lost
        )
        entries = Entries(heads)
        async for page in entry_pages(self._store):
            findings += await asyncio.to_thread(_feed, entries, page)
            if entries.broken:
                break
        findings += entries.finish()
        held = ReconciliationReport(0, 0, ()) if entries.broken else await self._records.run()
        findings += [
            LedgerFinding(held.size if found.position is None else found.position, found.detail)
            for found in held.discrepancies
        ]
        found = sorted(dict.fromkeys(findings), key=lambda finding: finding.index)
        return LedgerVerdict(entries.size, len(heads), held.rows, tuple(found))


async def head_lines(store: Store[HasLedger]) -> AsyncIterator[str]:
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


async def entry_pages(store: Store[HasLedger]) -> AsyncIterator[Sequence[SealedEntry]]:
    first = 0
    while True:
        async with store.read() as work:
            page = await work.ledger.entries(first=first, limit=PAGE)
        if not page:
            return
        yield page
        first = page[-1].index + 1


def _feed(entries: Entries, page: Sequence[SealedEntry]) -> list[LedgerFinding]:
    findings: list[LedgerFinding] = []
    for entry in page:
        entries.feed(entry.text)
        if entries.broken:
            break
        findings += _check_columns(entry)
    return findings


def _check_columns(entry: SealedEntry) -> list[LedgerFinding]:
    """Check the columns that index the text: they must agree with it."""
    if leaf_hash(entry.text.encode()) != entry.hash:
        return [LedgerFinding(entry.index, "changed: its stored hash is that of another text")]
    said = read_entry(entry.text) or {}
    columns = {"index": entry.index, "kind": entry.kind, "subject": entry.subject, "about": entry.about}
    if columns != {name: said.get(name) for name in columns}:
        return [LedgerFinding(entry.index, "stored under another number, kind, subject or id than it says")]
    return []
