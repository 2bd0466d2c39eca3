"""The steps of dialplan files, from their text.

A line in none of the few forms we write is a fault, never skipped.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dialer.dialplan_checker.model import ChannelPosition, Dialplan, DialplanFault, Step, dialplan_of
from dialer.dialplan_checker.reading.extensions import UnknownPattern, breadth

_CONTEXT = re.compile(r"\[([a-z0-9-]+)\]")
_LINE = re.compile(r"(exten|same)\s*=>?\s*(.*)")
_EXTEN = re.compile(r"((?:\[[^\]]*\]|[^,\[])+),(.*)")
_PRIORITY = re.compile(r"(n|[0-9]+)(?:\(([A-Za-z][A-Za-z0-9_-]*)\))?\s*,\s*(.*)")
_APPLICATION = re.compile(r"([A-Za-z]+)\((.*)\)")


class Unreadable(ValueError):
    """A line in none of the forms we write."""


@dataclass(slots=True)
class _Reader:
    """The place of the next line."""

    context: str = ""
    exten: str = ""
    priority: int = 0
    steps: list[Step] = field(default_factory=list)
    faults: list[DialplanFault] = field(default_factory=list)

    def line(self, text: str, source: str) -> None:
        try:
            self._line(text, source)
        except Unreadable as error:
            self.faults.append(DialplanFault(source, str(error)))

    def _line(self, text: str, source: str) -> None:
        if context := _CONTEXT.fullmatch(text):
            self.context, self.exten = context[1], ""
            return
        line = _LINE.fullmatch(text)
        if line is None or not self.context:
            raise Unreadable(f"not understood: {text}")
        rest = line[2]
        if line[1] == "exten":
            self.exten, rest = extension(rest)
        elif not self.exten:
            raise Unreadable("`same` without an extension before it")
        self.steps.append(self._step(rest, source))

    def _step(self, text: str, source: str) -> Step:
        parts = _PRIORITY.fullmatch(text)
        if parts is None:
            raise Unreadable(f"no priority that is understood: {text}")
        self.priority = self.priority + 1 if parts[1] == "n" else int(parts[1])
        call = _APPLICATION.fullmatch(parts[3])
        if call is None:
            raise Unreadable(f"no application that is understood: {parts[3]}")
        return Step(
            ChannelPosition(self.context, self.exten, self.priority),
            parts[2] or "",
            call[1],
            call[2].strip(),
            source,
        )


def parse(files: Mapping[str, str]) -> Dialplan:
    """Parse `files`: text by file name, in the order in which Asterisk reads them.

    Never raises: see `Dialplan.faults`.
    """
    reader = _Reader()
    for name, text in files.items():
        reader.context = reader.exten = ""
        for number, line in enumerate(text.splitlines(), 1):
            if bare := uncommented(line):
                reader.line(bare, f"{name}:{number}")
    return dialplan_of(reader.steps, reader.faults)


def extension(text: str) -> tuple[str, str]:
    """Split `pattern,rest`, where a pattern may hold commas in brackets."""
    parts = _EXTEN.fullmatch(text)
    if parts is None or not parts[1].strip():
        raise Unreadable(f"no extension that is understood: {text}")
    exten = parts[1].rstrip()
    check_extension(exten)
    return exten, parts[2].lstrip()


def check_extension(exten: str) -> None:
    """Raise `Unreadable` for a pattern that is not understood.

    So for a match by caller number (`exten/number`).
    """
    try:
        if exten.startswith("_"):
            breadth(exten)
    except UnknownPattern:
        raise Unreadable(f"pattern {exten} is not understood") from None
    if "/" in exten or "$" in exten:
        raise Unreadable(f"extension {exten} is not understood")


def uncommented(line: str) -> str:
    """Return the line without its comment and the blanks around.

    `;--` begins a comment of many lines, which is not understood.
    """
    if ";--" in line:
        return line.strip()
    head = re.split(r"(?<!\\);", line, maxsplit=1)[0]
    return head.replace("\\;", ";").strip()
