"""The ledger as stored, the files its heads are exported to, and the key that signs them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.head import SignedHead
from dialer.domain.ledger.proofs import Run
from dialer.domain.ledger.sealing import Pending, SealedBatch, SealedEntry, Tail


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A head as its row holds it: `line` is to be read with `read_head`, and not to be trusted."""

    size: int
    line: str


@dataclass(frozen=True, slots=True)
class Unsealed:
    """Events to be sealed next, in this order, by the `ids` they wait under, and the tail they are to stand behind."""

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
        """How many events wait to be sealed."""
        ...

    async def unsealed(self, *, limit: int) -> Unsealed | None:
        """The first `limit` events; None where none waits. Raise `Unavailable` where the last head was damaged.

        A consent lets pass what concerns other people; whatever concerns one person keeps its order.
        """
        ...

    async def seal(self, batch: Unsealed, sealed: Sealed) -> bool:
        """Put `sealed`, which was made of `batch`, in its place. False, and nothing done, where another process seals or has sealed."""
        ...

    async def head(self) -> SignedHead | None:
        """The last one. Raise `Unavailable` where it was damaged."""
        ...

    async def heads(self, *, after: int = 0, limit: int = 1000) -> list[StoredHead]:
        """Heads of more than `after` entries, in order, as they are stored, whether they are right or not."""
        ...

    async def entries(self, *, first: int = 0, limit: int = 1000) -> list[SealedEntry]:
        """In order, as they are stored, whether they are right or not."""
        ...

    async def about(self, about: str) -> list[SealedEntry]:
        """Entries about one attempt, campaign, import, token or PBX, in order; at most a thousand."""
        ...

    async def of_subject(self, subject: str, kinds: Sequence[Kind]) -> list[SealedEntry]:
        """Entries of these kinds about one person, in order; at most a thousand."""
        ...

    async def hashes(self, run: Run) -> list[bytes]:
        """Stored hashes of the tree."""
        ...

    async def permit_indices(self, attempt_ids: Iterable[str]) -> dict[str, int]:
        """By attempt, where its permit is sealed; an attempt whose permit waits is left out."""
        ...


class HasLedger(Protocol):
    @property
    def ledger(self) -> LedgerRepository: ...


class HeadFiles(Protocol):
    """Heads outside the database: append-only files in the home, each head one line."""

    async def probe(self) -> None:
        """Write, sync and remove something. Raise `Unavailable` where no head could be written now."""
        ...

    async def last_line(self) -> str | None:
        """The last head exported. Raise `Unavailable`."""
        ...

    async def append(self, lines: Sequence[str]) -> None:
        """On disk when this returns. Raise `Unavailable`."""
        ...

    async def put_aside(self, own: frozenset[str]) -> list[str]:
        """Keep apart whatever line is not among `own`, so that no later head needs to follow it; return those lines."""
        ...

    async def lines(self) -> list[str]:
        """All that is there, right or not, what was put aside included. Raise `Unavailable`."""
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
        """Sixty-four bytes."""
        ...

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool: ...
