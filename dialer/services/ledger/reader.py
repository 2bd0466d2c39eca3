"""The ledger for auditors: its head, its entries, and the entries about one call, with proofs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dialer.domain.access import Actor, Right
from dialer.domain.base.canonical_json import canonical
from dialer.domain.base.errors import InvalidInput, NotFound
from dialer.domain.base.types import AttemptId
from dialer.domain.ledger import tree
from dialer.domain.ledger.event import Kind
from dialer.domain.ledger.row_digests import call_record
from dialer.domain.ledger.sealing import SealedEntry, SignedHead
from dialer.ports.calls import HasAttempts
from dialer.ports.ledger import HasLedger, LedgerRepository
from dialer.ports.unit_of_work import Store
from dialer.services.ledger.export import LedgerExport
from dialer.services.ledger.verification import LedgerVerifier

MerkleProof = list[str]
"""Hashes in hexadecimal, in the order of RFC 9162."""


async def inclusion_proof(ledger: LedgerRepository, index: int, size: int) -> MerkleProof:
    """Prove that entry `index` is in the tree of `size` entries (RFC 9162, 2.1.3)."""
    return await _nodes(ledger, tree.inclusion_spans(index, size))


async def consistency_proof(ledger: LedgerRepository, old: int, new: int) -> MerkleProof:
    """Prove that the tree of `new` entries begins with that of `old` (RFC 9162, 2.1.4)."""
    return await _nodes(ledger, tree.consistency_spans(old, new))


async def _nodes(ledger: LedgerRepository, spans: Sequence[tree.Span]) -> MerkleProof:
    return [(await _node(ledger, span)).hex() for span in spans]


async def _node(ledger: LedgerRepository, span: tree.Span) -> bytes:
    part = tree.Frontier()
    for run in tree.runs(span):
        for node in await ledger.hashes(run):
            part.add(tree.Subtree(tree.TILE_HEIGHT * run.level, node))
    return part.root()


OF_THE_PERSON = (
    Kind.CONSENT,
    Kind.WITHDRAWAL,
    Kind.RESTORATION,
    Kind.OPPOSITION,
    Kind.OPPOSITION_LIFTED,
)


@dataclass(frozen=True, slots=True)
class GrownHead:
    """A signed head.

    `consistency` proves that the ledger has only grown up to it (RFC 9162, 2.1.4).
    """

    head: SignedHead
    consistency: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CallEvidence:
    """The ledger's entries about one call, each with its inclusion proof (RFC 9162, 2.1.3).

    `record` is the canonical JSON whose hash the outcome holds; None while the call goes on.
    """

    head: SignedHead
    record: str | None
    entries: tuple[tuple[SealedEntry, tuple[str, ...]], ...]


class LedgerReadWork(HasAttempts, HasLedger, Protocol):
    """The unit of work that reads the ledger."""


class LedgerReader:
    def __init__(self, store: Store[LedgerReadWork]) -> None:
        self._store = store

    async def head(self, actor: Actor, *, since: int | None = None) -> GrownHead:
        """Return the last signed head; with `since`, a size, also a proof of growth.

        The proof shows that the ledger has only grown from there. Raise `NotFound` before the first
        head, `InvalidInput` for a size it never had.
        """
        actor.demand(Right.READ_EVIDENCE)
        async with self._store.read() as work:
            head = await _last(work.ledger)
            if since is None:
                return GrownHead(head)
            if not 0 < since <= head.head.size:
                raise InvalidInput(f"the ledger has {head.head.size} entries, never {since}")
            proof = await consistency_proof(work.ledger, since, head.head.size)
        return GrownHead(head, tuple(proof))

    async def entries(self, actor: Actor, *, first: int = 0, limit: int = 100) -> list[SealedEntry]:
        """Return entries in order, from entry `first` on."""
        actor.demand(Right.READ_EVIDENCE)
        async with self._store.read() as work:
            return list(await work.ledger.entries(first=first, limit=limit))

    async def evidence(self, actor: Actor, attempt_id: AttemptId) -> CallEvidence:
        """Return the entries about one call, and about consents and oppositions of its callee.

        Raise `NotFound`.
        """
        actor.demand(Right.READ_EVIDENCE)
        async with self._store.read() as work:
            attempt = (await work.attempts.get(attempt_id)).attempt
            of_call = await work.ledger.about(attempt_id)
            if not of_call:
                raise NotFound("nothing of this call is sealed yet", hint="ask again in a second")
            of_person = await work.ledger.of_subject(of_call[0].subject or "", OF_THE_PERSON)
            head = await _last(work.ledger)
            size = head.head.size
            found = {entry.index: entry for entry in (*of_person, *of_call) if entry.index < size}
            entries = [
                (entry, tuple(await inclusion_proof(work.ledger, index, size)))
                for index, entry in sorted(found.items())
            ]
        record = None if attempt.alive else canonical(call_record(attempt))
        return CallEvidence(head, record, tuple(entries))


async def _last(ledger: LedgerRepository) -> SignedHead:
    head = await ledger.head()
    if head is None:
        raise NotFound("the ledger is empty", hint="ask again in a second")
    return head


@dataclass(frozen=True, slots=True)
class LedgerSuite:
    """The ledger's use cases for the edges."""

    reader: LedgerReader
    verifier: LedgerVerifier
    export: LedgerExport
