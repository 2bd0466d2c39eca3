"""A ledger made in memory, sealed a few entries at a time, as the service does it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.event import Kind, LedgerEvent
from dialer.domain.ledger.sealing import (
    Pending,
    SealedEntry,
    SealStamp,
    SignedHead,
    Tail,
    Tile,
    key_name,
    seal,
)

NOW = datetime(2027, 2, 1, 9, 30, 0, 123456, tzinfo=UTC)
SUBJECT_KEY = b"subjects of the tests"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()


def signed_quickly(key: bytes, message: bytes, signature: bytes) -> bool:
    """Check with a library: the verifier's own way is tried elsewhere, and slow."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True)
class SampleLedger:
    lines: list[str]
    heads: list[str]
    hashes: dict[int, list[bytes]]
    """By level, for making proofs."""


def event(number: int, kind: Kind = Kind.REFUSAL, about: str | None = None) -> LedgerEvent:
    return LedgerEvent(
        at=NOW + timedelta(milliseconds=number),
        kind=kind,
        body={"decision_hash": f"{number:064x}"},
        fingerprint=Fingerprint(f"f{number % 7:063x}"),
        about=about or f"c{number % 3:012x}",
    )


def sealed(events: Sequence[LedgerEvent], batches: Iterator[int]) -> SampleLedger:
    """Seal `events`. `batches`: how many entries go under one head, again and again."""
    ledger = SampleLedger([], [], {0: []})
    tail, start = Tail(None, b""), 0
    while start < len(events):
        end = start + next(batches)
        pending = [Pending(one, pretended=False) for one in events[start:end]]
        stamp = SealStamp(events[start:end][-1].at, False, key_name(PUBLIC), SUBJECT_KEY)
        batch = seal(tail, pending, stamp)
        head = SignedHead(batch.head, PRIVATE.sign(batch.head.text.encode()).hex())
        tail, start = Tail(head, batch.frontier), end
        ledger.heads.append(head.line)
        _keep(ledger, batch.entries, batch.tiles)
    return ledger


def _keep(ledger: SampleLedger, entries: Sequence[SealedEntry], tiles: Sequence[Tile]) -> None:
    for entry in entries:
        ledger.lines.append(entry.text)
        ledger.hashes[0].append(entry.hash)
    for tile in tiles:
        level = ledger.hashes.setdefault(tile.level, [])
        assert tile.number == len(level), "tiles come in order, each once"
        level.append(tile.hash)
