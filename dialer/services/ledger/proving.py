"""Proofs from stored hashes: a few hundred are read, however long the ledger is."""

from collections.abc import Sequence

from dialer.domain.ledger.proofs import TILE_HEIGHT, Span, consistency_spans, inclusion_spans, runs
from dialer.domain.ledger.tree import Frontier, Subtree
from dialer.ports.ledger.ledger import LedgerRepository

Proof = list[str]
"""Hashes in hexadecimal, in the order of RFC 9162."""


async def inclusion_proof(ledger: LedgerRepository, index: int, size: int) -> Proof:
    """Prove that entry `index` is in the tree of `size` entries (RFC 9162, 2.1.3)."""
    return await _nodes(ledger, inclusion_spans(index, size))


async def consistency_proof(ledger: LedgerRepository, old: int, new: int) -> Proof:
    """Prove that the tree of `new` entries begins with that of `old` (RFC 9162, 2.1.4)."""
    return await _nodes(ledger, consistency_spans(old, new))


async def _nodes(ledger: LedgerRepository, spans: Sequence[Span]) -> Proof:
    return [(await _node(ledger, span)).hex() for span in spans]


async def _node(ledger: LedgerRepository, span: Span) -> bytes:
    part = Frontier()
    for run in runs(span):
        for node in await ledger.hashes(run):
            part.add(Subtree(TILE_HEIGHT * run.level, node))
    return part.root()
