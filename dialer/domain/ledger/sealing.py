"""Sealing: events become numbered, chained entries of the tree, under a new head. Pure.

A head states the tree's size and root at one instant. services/ledger signs it and keeps it outside
the database.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dialer.domain.base.canonical_json import canonical
from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.event import LedgerEvent
from dialer.domain.ledger.row_digests import keyed
from dialer.domain.ledger.tree import TILE_HEIGHT, Frontier, Subtree, leaf_hash

FORMAT = "dialer-ledger/1"
NONE_BEFORE = "0" * 64
"""The hash in place of one before the first entry, and before the first head."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The head of the tree at one instant.

    `root` and `last` (the hash of the last entry) are hexadecimal SHA-256. `at`: when it was
    sealed, UTC. `previous` is the SHA-256 of the text of the head before it: a signature vouches
    for all earlier heads. `key` names the signing key.
    """

    size: int
    root: str
    last: str
    at: datetime
    previous: str
    key: str
    pretended: bool

    @property
    def text(self) -> str:
        """The canonical JSON that is signed."""
        return canonical(self._fields())

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def _fields(self) -> dict[str, object]:
        return {
            "format": FORMAT,
            "size": self.size,
            "root": self.root,
            "last": self.last,
            "at": self.at,
            "previous": self.previous,
            "key": self.key,
            "pretended": self.pretended,
        }


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head and its `signature`: Ed25519 (RFC 8032) over the head's text, in hexadecimal."""

    head: TreeHead
    signature: str

    @property
    def line(self) -> str:
        """Canonical JSON: the head's fields and `signature`."""
        return canonical(json.loads(self.head.text) | {"signature": self.signature})


def read_head(line: str) -> SignedHead:
    """Parse a signed head from its `line`. Raise `ValueError` for anything else."""
    try:
        fields = json.loads(line)
        if fields.pop("format") != FORMAT:
            raise ValueError("another format")
        signature = fields.pop("signature")
        return SignedHead(TreeHead(**fields | {"at": datetime.fromisoformat(fields["at"])}), signature)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no head of a ledger: {error}") from None


def key_name(public_key: bytes) -> str:
    """Return the sixteen hexadecimal digits by which a signing key is known."""
    return hashlib.sha256(public_key).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Pending:
    """A committed event that is not sealed yet. `pretended`: its writer's clock was shifted.

    `subject`: the ledger's name of the number from before its fingerprint changed; None where it
    has none. `version`: of the keys behind its fingerprint.
    """

    event: LedgerEvent
    pretended: bool
    subject: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Tail:
    """The present end of the ledger.

    `head`: the last one, None before the first. `frontier`: of its tree, encoded.
    """

    head: SignedHead | None
    frontier: bytes


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """An entry in its place.

    `text` is canonical JSON, `hash` its leaf hash. The other fields repeat the text, for finding
    it.
    """

    index: int
    text: str
    hash: bytes
    kind: str
    subject: str | None
    about: str | None


@dataclass(frozen=True, slots=True)
class Tile:
    """The root of the complete subtree number `number` of `256 ** level` leaves."""

    level: int
    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """Entries put behind the tail, the tiles they complete, and the head to be signed."""

    entries: tuple[SealedEntry, ...]
    tiles: tuple[Tile, ...]
    frontier: bytes
    head: TreeHead


@dataclass(frozen=True, slots=True)
class SealStamp:
    """The sealer's part: its time and clock, the name of its signing key, the key of the subjects.

    `pretended`: its clock was shifted.
    """

    at: datetime
    pretended: bool
    key: str
    subject_key: bytes


def subject_of(fingerprint: Fingerprint, key: bytes) -> str:
    """Return the ledger's name of a number: HMAC-SHA256 of its fingerprint under a key of its own.

    A reader of the ledger cannot link it to the fingerprints of the oppositions.
    """
    return hmac.new(key, fingerprint.encode(), hashlib.sha256).hexdigest()


def name_of(fingerprint: Fingerprint | None, pseudonym: str | None, key: bytes) -> str | None:
    """Return the ledger's name of a number: its former one, or its subject.

    None where no number is concerned.
    """
    return pseudonym or (subject_of(fingerprint, key) if fingerprint else None)


def seal(tail: Tail, pending: Sequence[Pending], stamp: SealStamp) -> SealedBatch:
    """Put at least one event behind the tail.

    Raise `ValueError` where head and frontier do not belong together.
    """
    size, last, before = _end(tail)
    frontier = Frontier.decode(size, tail.frontier)
    if tail.head and frontier.root().hex() != tail.head.head.root:
        raise ValueError(f"the stored frontier is not that of the head of size {size}")
    entries: list[SealedEntry] = []
    tiles: list[Tile] = []
    for index, item in enumerate(pending, start=size):
        entry = _entry(index, last, item, stamp.subject_key)
        entries.append(entry)
        last = entry.hash.hex()
        tiles.extend(_tiles(index, frontier.add(Subtree(0, entry.hash))))
    head = TreeHead(
        size=frontier.size,
        root=frontier.root().hex(),
        last=last,
        at=stamp.at,
        previous=before,
        key=stamp.key,
        pretended=stamp.pretended,
    )
    return SealedBatch(tuple(entries), tuple(tiles), frontier.encode(), head)


def _end(tail: Tail) -> tuple[int, str, str]:
    """Return size, hash of the last entry, hash of the last head."""
    if tail.head is None:
        return 0, NONE_BEFORE, NONE_BEFORE
    head = tail.head.head
    return head.size, head.last, head.hash


def _entry(index: int, previous: str, item: Pending, subject_key: bytes) -> SealedEntry:
    event = item.event
    subject = name_of(event.fingerprint, item.subject, subject_key)
    text = canonical(
        {
            "index": index,
            "previous": previous,
            "at": event.at,
            "kind": event.kind,
            "subject": subject,
            "about": event.about,
            "pretended": item.pretended,
            "body": keyed(event.body, subject_key),
        }
    )
    return SealedEntry(index, text, leaf_hash(text.encode()), event.kind, subject, event.about)


def _tiles(index: int, completed: Sequence[Subtree]) -> list[Tile]:
    """Return the stored ones among the subtrees just completed by leaf `index`."""
    return [
        Tile(subtree.height // TILE_HEIGHT, index >> subtree.height, subtree.hash)
        for subtree in completed
        if subtree.height > 0 and subtree.height % TILE_HEIGHT == 0
    ]
