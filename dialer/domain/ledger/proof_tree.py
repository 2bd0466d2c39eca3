"""The whole tree in memory, 64 bytes an entry: proofs for a million entries without queries."""

from collections.abc import Iterable

from dialer.domain.ledger.proofs import Span, consistency_spans, inclusion_spans
from dialer.domain.ledger.tree import HASH_BYTES, Frontier, Subtree, node_hash


class ProofTree:
    """A tree whose leaves are added in order; proofs are of the tree at that time."""

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
