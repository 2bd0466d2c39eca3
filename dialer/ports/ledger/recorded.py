"""Records under the ledger's evidence, and the ledger itself, at one instant."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.row_digests import RecordedValue, RecordKind
from dialer.domain.ledger.sealing import Pending, SealedEntry
from dialer.ports.records import InputKind


@dataclass(frozen=True, slots=True)
class SealedInputs:
    """Inputs of a decision, as its row has them. `key` is the person's own, wrapped.

    `context_hash` and `sealed` are None where erased.
    """

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
    """A row. `name` is its table and key.

    `told` holds its values, None where it cannot be read or contradicts itself. `pseudonym` is the
    ledger's name of the number of `fingerprint`, where its fingerprint has changed since.
    """

    name: str
    told: tuple[RecordedValue, ...] | None
    fingerprint: Fingerprint | None = None
    pseudonym: str | None = None
    inputs: SealedInputs | None = None


@dataclass(frozen=True, slots=True)
class RecordTable:
    """A table, in about the order of its making. `parts` are the kinds of its rows."""

    parts: Collection[RecordKind]
    pages: AsyncIterator[Sequence[StoredRow]]


class RecordedRepository(Protocol):
    """Records, to be read in one unit: commits meanwhile are not seen."""

    def entries(self) -> AsyncIterator[Sequence[SealedEntry]]:
        """Yield every entry, in order."""
        ...

    async def pending(self) -> Sequence[Pending]:
        """Return events committed and not sealed yet, in order."""
        ...

    def shelves(self) -> Sequence[RecordTable]: ...

    async def inputs(self, kind: InputKind, hashes: Iterable[str]) -> dict[str, str]:
        """Return shared inputs of decisions by hash, as stored; unknown ones are left out."""
        ...


class HasRecorded(Protocol):
    @property
    def recorded(self) -> RecordedRepository: ...
