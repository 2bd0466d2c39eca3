"""Answers to the nineteen inspection points (E1 to E19), in values.

The words are the report's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

CODES = tuple(f"E{number}" for number in range(1, 20))


@dataclass(frozen=True, slots=True)
class Sentence:
    """`key` names the sentence, `values` are put into it."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` name their headings; cells are numbers, text, or None for nothing."""

    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A histogram: each bar with its label. `heading` stands beside the words for `key`."""

    key: str
    heading: str
    bars: tuple[tuple[str, int], ...]


Answer = Sentence | Table | Bars


@dataclass(frozen=True, slots=True)
class PackSection:
    """The answer to one point.

    `files` of the pack hold the data. `faults`: how many there are of each forbidden kind; looked
    for, even where zero.
    """

    code: str
    answers: tuple[Answer, ...]
    files: tuple[str, ...] = ()
    faults: tuple[tuple[str, int], ...] = ()
    attachments: tuple[str, ...] = ()
    """The user's own documents, as they lie in the pack."""
    needs: bool = False
    """A document of the user's own belongs here, too."""

    @property
    def wrong(self) -> int:
        return sum(count for _, count in self.faults)
