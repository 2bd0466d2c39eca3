"""The ledger, the records under its evidence, and the files that outlive the database.

The journal and the exported heads are append-only files in the home. The records are read together
with the ledger, at one instant.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.row_digests import RecordedValue, RecordKind
from dialer.domain.ledger.sealing import Pending, SealedBatch, SealedEntry, SignedHead, Tail
from dialer.domain.ledger.tree import Run
from dialer.ports.records import InputKind


class Journal(Protocol):
    async def append(self, lines: Sequence[str]) -> None:
        """Append lines; they are on disk when this returns. Raise `Unavailable`."""
        ...

    def days(self) -> AsyncIterator[Sequence[str]]:
        """Yield the lines, whole or torn, a day at a time. Raise `Unavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A head as its row holds it: `line` is to be read with `read_head`, and not to be trusted."""

    size: int
    line: str


@dataclass(frozen=True, slots=True)
class Unsealed:
    """Events to be sealed next, in this order.

    `ids` are the ids they wait under, `tail` is the tail they are to stand behind.
    """

    tail: Tail
    ids: tuple[int, ...]
    events: tuple[Pending, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A batch with its head signed."""

    batch: SealedBatch
    head: SignedHead


class LedgerRepository(Protocol):
    """Entries are added by `UnitOfWork.record`."""

    async def put_first(self, events: Sequence[LedgerEvent]) -> None:
        """Add entries before everything else that still waits to be sealed."""
        ...

    async def backlog(self) -> int:
        """Return the number of events that wait to be sealed."""
        ...

    async def unsealed(self, *, limit: int) -> Unsealed | None:
        """Return the first `limit` events; None where none waits.

        Raise `Unavailable` where the last head was damaged. A consent lets entries about other
        people pass; entries about one person keep their order.
        """
        ...

    async def seal(self, batch: Unsealed, sealed: Sealed) -> bool:
        """Store `sealed`, made of `batch`.

        Return False, with nothing stored, where another process seals or has sealed.
        """
        ...

    async def head(self) -> SignedHead | None:
        """The last one. Raise `Unavailable` where it was damaged."""
        ...

    async def heads(self, *, after: int = 0, limit: int = 1000) -> list[StoredHead]:
        """Return heads of more than `after` entries, in order, as stored, right or wrong."""
        ...

    async def entries(self, *, first: int = 0, limit: int = 1000) -> list[SealedEntry]:
        """Return entries in order, as they are stored, right or wrong."""
        ...

    async def about(self, about: str) -> list[SealedEntry]:
        """Return entries about an attempt, campaign, import, token or PBX, in order.

        They are at most a thousand.
        """
        ...

    async def of_subject(self, subject: str, kinds: Sequence[Kind]) -> list[SealedEntry]:
        """Entries of these kinds about one person, in order; at most a thousand."""
        ...

    async def hashes(self, run: Run) -> list[bytes]:
        """Stored hashes of the tree."""
        ...

    async def permit_indices(self, attempt_ids: Iterable[str]) -> dict[str, int]:
        """Return by attempt the index of its permit; an attempt whose permit waits is left out."""
        ...


class HasLedger(Protocol):
    @property
    def ledger(self) -> LedgerRepository: ...


class HeadFiles(Protocol):
    """Heads outside the database: append-only files in the home, each head one line."""

    async def probe(self) -> None:
        """Write, sync and remove a file. Raise `Unavailable` where no head could be written now."""
        ...

    async def last_line(self) -> str | None:
        """Return the last head exported. Raise `Unavailable`."""
        ...

    async def append(self, lines: Sequence[str]) -> None:
        """Append lines; they are on disk when this returns. Raise `Unavailable`."""
        ...

    async def put_aside(self, own: frozenset[str]) -> list[str]:
        """Put aside the lines not among `own`: no later head must follow them. Return them."""
        ...

    async def lines(self) -> list[str]:
        """Return every line, right or wrong, lines put aside included. Raise `Unavailable`."""
        ...


class Signer(Protocol):
    """An Ed25519 key (RFC 8032)."""

    @property
    def public_key(self) -> bytes:
        """Thirty-two bytes."""
        ...

    @property
    def public_pem(self) -> str: ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        ...

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool: ...


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
