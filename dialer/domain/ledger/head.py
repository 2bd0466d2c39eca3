"""The tree's head: its size and root at one instant, signed, and kept outside the database."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from dialer.domain.base.canonical_json import canonical

FORMAT = "dialer-ledger/1"
NONE_BEFORE = "0" * 64
"""Stands for the hash before the first entry, and before the first head."""


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
    """`signature`: Ed25519 (RFC 8032) over the head's text, in hexadecimal."""

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
