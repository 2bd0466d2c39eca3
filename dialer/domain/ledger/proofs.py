"""The parts of the tree that make up a proof, and the stored hashes that make up each part.

RFC 9162, 2.1.3.1 and 2.1.4.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass

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
    """`count` stored hashes side by side at `level`, from the one numbered `first`.

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
