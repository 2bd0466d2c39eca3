"""Completeness: every entry of the ledger that belongs into a pack is in it.

An inclusion proof shows that an entry was sealed, never that none is missing. For that the whole
ledger is read, up to the head that the pack stands under: its entries make the root of that head,
or they are not the ledger.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING

from .verify_ledger import Tree, leaf_hash, read_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .people import Document, Person
    from .verify_ledger import Head

PERMIT, PROBE, OF_CAMPAIGN = "decision.permit", "line.probe", "campaign."
ENDS = ("attempt.outcome", "attempt.late_opposition")
OF_THE_PERSON = (
    "consent.give",
    "consent.withdraw",
    "consent.restore",
    "suppression.add",
    "suppression.remove",
)
TOLD = 100
"""Entries left out that are named one by one."""


class Marks:
    """A set of hexadecimal names, by their first eight bytes.

    Enough to distinguish millions, and to hold them in memory.
    """

    def __init__(self) -> None:
        self._marks = array("Q")
        self._sorted = 0

    def add(self, name: str) -> None:
        self._marks.append(int(name[:16], 16))

    def __contains__(self, name: str) -> bool:
        if self._sorted < len(self._marks):
            self._marks = array("Q", sorted(self._marks))
            self._sorted = len(self._marks)
        mark = int(name[:16], 16)
        place = bisect_left(self._marks, mark)
        return place < len(self._marks) and self._marks[place] == mark


class Shown:
    """The content of a pack of `campaign` under a head of `size` entries.

    Fed while it is read, then asked.
    """

    def __init__(self, campaign: str, size: int) -> None:
        self._campaign = campaign
        self._there = bytearray(size)
        self._calls, self._people = Marks(), Marks()

    def take(self, index: int) -> None:
        """Note an entry that is in the pack. Raise `IndexError` for one not under its head."""
        self._there[index] = 1

    def take_person(self, person: Person) -> None:
        for call in person.calls:
            self._calls.add(call.attempt_id)
        for entry in person.entries:
            self.take(entry.number)
        for subject in {entry.subject for entry in person.entries if entry.subject}:
            self._people.add(subject)

    def lacks(self, index: int, entry: Document) -> bool:
        """Return whether the entry belongs into the pack and is not there, or its call is not."""
        kind, about, subject = entry["kind"], entry["about"], entry["subject"]
        there = bool(self._there[index])
        if kind == PERMIT:
            belongs = there or entry["body"]["campaign"] == self._campaign or about in self._calls
            return belongs and not (there and about in self._calls)
        if there:
            return False
        if kind == PROBE:
            return bool(entry["body"]["campaign"] == self._campaign)
        if kind.startswith(OF_CAMPAIGN):
            return bool(about == self._campaign)
        return (kind in ENDS and about in self._calls) or (
            kind in OF_THE_PERSON and subject is not None and subject in self._people
        )


def left_out(ledger: Iterable[str], shown: Shown, head: Head, owned_up: frozenset[str]) -> Iterator[str]:
    """Yield the faults, a line each.

    `ledger`: its entries, in order; `owned_up`: calls that the pack itself says are gone.
    """
    tree, size, lacking = Tree(), 0, 0
    for index, line in enumerate(islice(ledger, head.size)):
        text = line.rstrip("\n")
        tree.add(leaf_hash(text))
        size += 1
        entry = read_entry(text)
        if entry is None:
            yield f"entry {index} cannot be read"
        elif shown.lacks(index, entry) and not (entry["kind"] == PERMIT and entry["about"] in owned_up):
            lacking += 1
            if lacking <= TOLD:
                yield f"entry {index} ({_told(entry)}) was left out of the pack"
    if lacking > TOLD:
        yield f"{lacking - TOLD} more entries were left out of the pack"
    if (size, tree.root().hex()) != (head.size, head.root):
        yield f"these are not the {head.size} entries that the head of the pack was signed for"


def _told(entry: Document) -> str:
    about = f" of {entry['about']}" if entry["about"] else ""
    return f"{entry['kind']}{about}"
