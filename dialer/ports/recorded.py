"""All that the ledger vouches for, and the ledger itself, as they stand at one instant."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.row_digests import RecordedValue, RecordKind
from dialer.domain.ledger.sealing import Pending, SealedEntry
from dialer.ports.records import InputKind


@dataclass(frozen=True, slots=True)
class SealedInputs:
    """What a decision was made from, as its row has it; both None where erased. `key`: the person's own, wrapped."""

    hash: str
    pack_hash: str
    context_hash: str | None
    sealed: bytes | None
    key: bytes | None

    @property
    def erased(self) -> bool:
        return self.context_hash is None and self.sealed is None


@dataclass(frozen=True, slots=True)
class StoredRow:
    """`name`: its table and key. `told`: what it tells, None where it cannot be read or contradicts itself.

    `pseudonym`: what the ledger calls the number of `fingerprint`, where its fingerprint has changed since.
    """

    name: str
    told: tuple[RecordedValue, ...] | None
    fingerprint: Fingerprint | None = None
    pseudonym: str | None = None
    inputs: SealedInputs | None = None


@dataclass(frozen=True, slots=True)
class RecordTable:
    """One table, in about the order of its making. `parts`: what its rows make true."""

    parts: Collection[RecordKind]
    pages: AsyncIterator[Sequence[StoredRow]]


class RecordedRepository(Protocol):
    """To be read in one unit: what is committed meanwhile is not seen."""

    def entries(self) -> AsyncIterator[Sequence[SealedEntry]]:
        """All, in order."""
        ...

    async def pending(self) -> Sequence[Pending]:
        """Committed, and not sealed yet, in order."""
        ...

    def shelves(self) -> Sequence[RecordTable]: ...

    async def inputs(self, kind: InputKind, hashes: Iterable[str]) -> dict[str, str]:
        """Contents of what decisions share, by hash, as they are stored; unknown ones are left out."""
        ...


class HasRecorded(Protocol):
    @property
    def recorded(self) -> RecordedRepository: ...
