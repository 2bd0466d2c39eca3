"""The ledger's Merkle tree (RFC 9162, 2.1): its root, its growth, and the parts of its proofs.

It grows at the right edge alone, so it is kept as the roots of its complete subtrees (2.1.1). A
proof is a list of nodes (2.1.3.1 and 2.1.4.1), each made up of a few stored hashes.
"""

import hashlib
from collections.abc import Iterable, Iterator
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
        """The count of leaves so far."""
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


TILE_HEIGHT = 8
"""Spacing of stored levels.

Beside the leaves, the root of every complete subtree whose height is a multiple of this is stored:
a proof then reads a few hundred hashes.
"""


@dataclass(frozen=True, slots=True)
class Span:
    """A node of some tree: the leaves from `start` to `end` (exclusive)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run of `count` stored hashes side by side at `level`, from the one numbered `first`.

    Leaves are level 0; a level spans `TILE_HEIGHT` heights.
    """

    level: int
    first: int
    count: int


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Return the siblings on the way from leaf `index` up to the root of `size` leaves.

    Raise `ValueError` for a leaf that is not in it.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_width(end - start)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Return the nodes showing that the first `old` of `new` leaves are those of an earlier tree.

    Raise `ValueError` unless 0 < old <= new.
    """
    if not 0 < old <= new:
        raise ValueError(f"a tree of {new} leaves has no earlier state of {old}")
    spans: list[Span] = []
    start, end = 0, new
    while end != old:
        middle = start + _left_width(end - start)
        if old <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    if start > 0:
        spans.append(Span(start, end))
    return spans[::-1]


def runs(span: Span) -> Iterator[Run]:
    """Return the stored hashes that make up a node of a tree, left to right, as few as possible."""
    start = span.start
    while start < span.end:
        level = ((span.end - start).bit_length() - 1) // TILE_HEIGHT
        width = 1 << level * TILE_HEIGHT
        count = (span.end - start) // width
        yield Run(level, start // width, count)
        start += count * width


def _left_width(width: int) -> int:
    """Return the largest power of two smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1


class ProofTree:
    """The whole tree in memory, 64 bytes an entry: proofs for a million entries without queries.

    Leaves are added in order; proofs are of the tree at that time.
    """

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]
        """The complete subtrees of `2 ** level` leaves, side by side."""

    @property
    def size(self) -> int:
        return len(self._levels[0]) // HASH_BYTES

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes of thirty-two bytes."""
        self._levels[0] += b"".join(leaves)
        level = 0
        while len(self._levels[level]) >= 2 * HASH_BYTES:
            if level + 1 == len(self._levels):
                self._levels.append(bytearray())
            below, here = self._levels[level], self._levels[level + 1]
            for number in range(len(here) // HASH_BYTES, len(below) // HASH_BYTES // 2):
                here += node_hash(_at(below, 2 * number), _at(below, 2 * number + 1))
            level += 1

    def root(self) -> bytes:
        return self._node(Span(0, self.size))

    def inclusion(self, index: int) -> list[str]:
        """Return the inclusion proof of an entry, hashes in hexadecimal (RFC 9162, 2.1.3).

        Raise `ValueError` for an entry that is not in the tree.
        """
        return [self._node(span).hex() for span in inclusion_spans(index, self.size)]

    def consistency(self, old: int) -> list[str]:
        """Return the proof that this tree begins with the first `old` entries (RFC 9162, 2.1.4).

        Raise `ValueError` unless the tree ever had so many.
        """
        return [self._node(span).hex() for span in consistency_spans(old, self.size)]

    def _node(self, span: Span) -> bytes:
        part, start = Frontier(), span.start
        while start < span.end:
            height = (span.end - start).bit_length() - 1
            part.add(Subtree(height, _at(self._levels[height], start >> height)))
            start += 1 << height
        return part.root()


def _at(level: bytearray, number: int) -> bytes:
    return bytes(level[number * HASH_BYTES : (number + 1) * HASH_BYTES])
