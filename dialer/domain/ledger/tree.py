"""The Merkle tree of RFC 9162, 2.1.1, kept as the roots of its complete subtrees.

It grows at the right edge alone.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Subtree:
    """A complete subtree of `2 ** height` leaves."""

    height: int
    hash: bytes


class Frontier:
    """The complete subtrees of a tree, largest first: enough to add leaves and state the root."""

    def __init__(self, subtrees: Iterable[Subtree] = ()) -> None:
        self._subtrees = list(subtrees)

    @classmethod
    def decode(cls, size: int, hashes: bytes) -> "Frontier":
        """Undo `encode` for a tree of `size` leaves.

        Raise `ValueError` where they do not belong together.
        """
        heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
        if len(hashes) != len(heights) * HASH_BYTES:
            raise ValueError(f"a tree of {size} leaves has {len(heights)} complete subtrees")
        return cls(
            Subtree(height, hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES])
            for place, height in enumerate(heights)
        )

    def encode(self) -> bytes:
        """Return the hashes one after another; their heights follow from the size."""
        return b"".join(subtree.hash for subtree in self._subtrees)

    @property
    def size(self) -> int:
        """Leaves so far."""
        return sum(1 << subtree.height for subtree in self._subtrees)

    def add(self, subtree: Subtree) -> list[Subtree]:
        """Add a subtree no larger than the smallest one here, at the right.

        Return it and every larger one it completes.
        """
        completed = [subtree]
        while self._subtrees and self._subtrees[-1].height == completed[-1].height:
            left, right = self._subtrees.pop(), completed[-1]
            completed.append(Subtree(left.height + 1, node_hash(left.hash, right.hash)))
        self._subtrees.append(completed[-1])
        return completed

    def root(self) -> bytes:
        if not self._subtrees:
            return EMPTY_ROOT
        *larger, smallest = self._subtrees
        root = smallest.hash
        for subtree in reversed(larger):
            root = node_hash(subtree.hash, root)
        return root
