"""A dialplan as Asterisk holds it: contexts of extensions of numbered steps.

It is the same whether read from files or from a running PBX. An extension for a dialled number is
chosen as Asterisk does: exact before pattern, narrow before wide.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

KEYS = "0123456789*#ABCD"
"""Every key that a telephone can send (RFC 4733, events 0 to 15)."""

_CLASSES = {"X": "0-9", "Z": "1-9", "N": "2-9"}
_RANGE = re.compile(r"(.)-(.)")


class UnknownPattern(ValueError):
    """A pattern that is not written as Asterisk's `_X`, `_[...]`, `_.` or `_!`."""


def match(extens: Sequence[str], dialled: str) -> str | None:
    """Return the extension among `extens` that takes the whole of `dialled`, or None.

    Raise `UnknownPattern`.
    """
    if dialled in extens:
        return dialled
    fitting = [exten for exten in extens if exten.startswith("_") and takes(exten, dialled)]
    return min(fitting, key=breadth) if fitting else None


def takes(pattern: str, dialled: str) -> bool:
    parts = _parts(pattern)
    open_ended = parts[-1:] in ([None], [""])
    fixed = [part for part in parts if part]
    if len(dialled) < len(fixed) + (parts[-1:] == [None]) or (len(dialled) > len(fixed) and not open_ended):
        return False
    return all(key in part for key, part in zip(dialled, fixed, strict=False))


def goes_on(exten: str, dialled: str) -> bool:
    """Return whether `exten` could take more keys after `dialled`: Asterisk would wait for them."""
    if not exten.startswith("_"):
        return len(exten) > len(dialled) and exten.startswith(dialled) and set(exten) <= set(KEYS)
    parts = _parts(exten)
    fixed = [part for part in parts if part]
    fits = all(key in part for key, part in zip(dialled, fixed, strict=False))
    return fits and (len(fixed) > len(dialled) or len(parts) > len(fixed))


def breadth(pattern: str) -> tuple[int, ...]:
    return tuple(len(part) if part else 256 for part in _parts(pattern))


def _parts(pattern: str) -> list[str | None]:
    """Return an entry for each key: the keys it may be.

    At the end None for `.` (one or more), empty for `!` (any number).
    """
    parts: list[str | None] = []
    rest = pattern.removeprefix("_")
    while rest:
        if rest[0] == "[":
            inside, closing, rest = rest[1:].partition("]")
            if not closing or not inside:
                raise UnknownPattern(pattern)
            parts.append(_members(inside))
            continue
        head, rest = rest[0], rest[1:]
        if head in ".!" and rest:
            raise UnknownPattern(pattern)
        parts.append({".": None, "!": ""}.get(head, _members(_CLASSES.get(head, head))))
    return parts


def _members(inside: str) -> str:
    return _RANGE.sub(lambda ends: "".join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1))), inside)


_READ = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)")


def names_read(text: str) -> frozenset[str]:
    """Return the variables, and among them the functions, that `text` reads."""
    return frozenset(_READ.findall(text))


class ChannelPosition(NamedTuple):
    """The position of a channel.

    `exten` is the extension as written in the dialplan, a pattern with its underscore.
    """

    context: str
    exten: str
    priority: int

    def __str__(self) -> str:
        return ",".join(map(str, self))


@dataclass(frozen=True, slots=True)
class Step:
    """A priority. `source` is `file:line`, or the place itself if read from a running PBX."""

    place: ChannelPosition
    label: str
    application: str
    arguments: str
    source: str

    def __str__(self) -> str:
        return f"{self.source}  {self.application}({self.arguments})"


@dataclass(frozen=True, slots=True)
class DialplanFault:
    """Something that is not understood, and therefore not proved."""

    source: str
    detail: str

    def __str__(self) -> str:
        return f"{self.source}: {self.detail}"


@dataclass(frozen=True)
class Dialplan:
    """The steps by position. `faults`: unread parts; with any of them nothing is proved."""

    steps: Mapping[ChannelPosition, Step]
    faults: tuple[DialplanFault, ...] = ()
    _answers: dict[tuple[str, str], str | None] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def contexts(self) -> dict[str, tuple[str, ...]]:
        """The extensions of every context."""
        found: dict[str, dict[str, None]] = {}
        for place in self.steps:
            found.setdefault(place.context, {})[place.exten] = None
        return {context: tuple(extens) for context, extens in found.items()}

    @cached_property
    def labels(self) -> dict[tuple[str, str, str], ChannelPosition]:
        return {
            (place.context, place.exten, step.label): place
            for place, step in self.steps.items()
            if step.label
        }

    def exten(self, context: str, dialled: str) -> str | None:
        """Return the extension of `context` that takes `dialled`, None without one.

        The choice is Asterisk's.
        """
        key = (context, dialled)
        if key not in self._answers:
            self._answers[key] = match(self.contexts.get(context, ()), dialled)
        return self._answers[key]

    def reachable_text(self, starts: Iterable[ChannelPosition]) -> list[Step]:
        """Return every step that may run from `starts` on.

        The steps of their contexts, and of every context that these mention.
        """
        seen: set[str] = set()
        waiting = {place.context for place in starts}
        while waiting:
            context = waiting.pop()
            seen.add(context)
            waiting |= self._mentions.get(context, set()) - seen
        return [step for place, step in self.steps.items() if place.context in seen]

    @cached_property
    def _mentions(self) -> dict[str, set[str]]:
        mentions: dict[str, set[str]] = {}
        for place, step in self.steps.items():
            found = mentions.setdefault(place.context, set())
            found |= {other for other in self.contexts if other in step.arguments}
        return mentions

    @cached_property
    def hash(self) -> str:
        """SHA-256, hexadecimal, of everything that Asterisk executes.

        It is the same for the files, however laid out, and for the PBX that loaded them.
        """
        rows = sorted(
            [*map(str, step.place), step.label, step.application, step.arguments]
            for step in self.steps.values()
        )
        faults = sorted(fault.detail for fault in self.faults)
        return hashlib.sha256(json.dumps([rows, faults]).encode()).hexdigest()


def dialplan_of(steps: Iterable[Step], faults: Iterable[DialplanFault]) -> Dialplan:
    """Put together the steps read; a priority or a label that stands twice is a fault."""
    placed: dict[ChannelPosition, Step] = {}
    labels: set[tuple[str, str, str]] = set()
    found = list(faults)
    for step in steps:
        if step.place in placed:
            found.append(DialplanFault(step.source, f"{step.place} stands twice"))
        name = (step.place.context, step.place.exten, step.label)
        if step.label and name in labels:
            found.append(DialplanFault(step.source, f"label {step.label} stands twice"))
        placed.setdefault(step.place, step)
        labels.add(name)
    return Dialplan(placed, tuple(found))
