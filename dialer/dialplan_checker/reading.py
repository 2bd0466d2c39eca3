"""The steps of a dialplan from the text of its files, and the possible texts of their arguments.

A line in none of the few forms we write is a fault, never skipped. Arguments may refer to
`${NAME}`, `${NAME:2:3}`, `${FUNCTION(...)}` and `$[...]`; in a state, each of their possible texts
comes with its facts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from dialer.dialplan_checker import model
from dialer.dialplan_checker.expression import evaluate
from dialer.dialplan_checker.functions import call, variable
from dialer.dialplan_checker.state import State
from dialer.dialplan_checker.values import CLOSE, NotUnderstood, TextOutcome, combined, known, sure, unknown

_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::([0-9]+)(?::([0-9]+))?)?")
_FUNCTION = re.compile(r"([A-Z][A-Z0-9_]*)\((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Variable:
    """A reference to a variable, or to a part of it from `start` on.

    `length` None: the whole rest.
    """

    name: str
    start: int = 0
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    arguments: "Template"


@dataclass(frozen=True, slots=True)
class Expression:
    inside: "Template"


Template = tuple[str | Variable | Function | Expression, ...]


@lru_cache(maxsize=4096)
def template(text: str) -> Template:
    """Parse the references of a text. Raise `NotUnderstood` for any other form."""
    found: list[str | Variable | Function | Expression] = []
    while text:
        head, opening, rest = _cut(text)
        if head:
            found.append(head)
        if not opening:
            break
        inside, text = _inside(rest, opening[1])
        found.append(Expression(template(inside)) if opening == "$[" else _reference(inside))
    return tuple(found)


def _cut(text: str) -> tuple[str, str, str]:
    opening = re.search(r"\$[\[{]", text)
    if opening is None:
        return text, "", ""
    return text[: opening.start()], opening[0], text[opening.end() :]


def _inside(text: str, bracket: str) -> tuple[str, str]:
    """Cut at the closing bracket; like Asterisk, only brackets of the same kind are counted."""
    closing = {"{": "}", "[": "]"}[bracket]
    depth = 1
    for at, character in enumerate(text):
        depth += (character == bracket) - (character == closing)
        if depth == 0:
            return text[:at], text[at + 1 :]
    raise NotUnderstood(f"no {closing} in {text}")


def _reference(inside: str) -> Variable | Function:
    if variable := _VARIABLE.fullmatch(inside):
        length = int(variable[3]) if variable[3] else None
        return Variable(variable[1], int(variable[2] or 0), length)
    if function := _FUNCTION.fullmatch(inside):
        return Function(function[1], template(function[2]))
    raise NotUnderstood(f"${{{inside}}}")


_evaluate = lru_cache(maxsize=4096)(evaluate)


def expand(text: str, state: State) -> list[TextOutcome]:
    """Return every possible text. Raise `NotUnderstood` for any form that is not understood."""
    return _expand(template(text), state)


def _expand(parts: Template, state: State) -> list[TextOutcome]:
    if len(parts) == 1:
        return _part(parts[0], state)
    return combined((_part(part, state) for part in parts), lambda texts: sure("".join(texts)))


def _part(part: str | Variable | Function | Expression, state: State) -> list[TextOutcome]:
    match part:
        case str():
            return sure(part)
        case Variable():
            return sure(_substring(part, variable(part.name, state)))
        case Function():
            return combined([_expand(part.arguments, state)], lambda texts: call(part.name, texts[0], state))
        case Expression():
            return combined([_expand(part.inside, state)], lambda texts: list(_evaluate(texts[0])))


def _substring(part: Variable, value: str) -> str:
    end = None if part.length is None else part.start + part.length
    if known(value):
        return value[part.start : end]
    if part.start == 0 and end is None:
        return value
    first = part.start == 0 and value.endswith("!" + CLOSE)
    return unknown(f"{value}:{part.start}:{part.length}", empty=not first)


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
    steps: list[model.Step] = field(default_factory=list)
    faults: list[model.DialplanFault] = field(default_factory=list)

    def line(self, text: str, source: str) -> None:
        try:
            self._line(text, source)
        except Unreadable as error:
            self.faults.append(model.DialplanFault(source, str(error)))

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

    def _step(self, text: str, source: str) -> model.Step:
        parts = _PRIORITY.fullmatch(text)
        if parts is None:
            raise Unreadable(f"no priority that is understood: {text}")
        self.priority = self.priority + 1 if parts[1] == "n" else int(parts[1])
        call = _APPLICATION.fullmatch(parts[3])
        if call is None:
            raise Unreadable(f"no application that is understood: {parts[3]}")
        return model.Step(
            model.ChannelPosition(self.context, self.exten, self.priority),
            parts[2] or "",
            call[1],
            call[2].strip(),
            source,
        )


def parse(files: Mapping[str, str]) -> model.Dialplan:
    """Parse `files`: text by file name, in the order in which Asterisk reads them.

    Never raises: see `Dialplan.faults`.
    """
    reader = _Reader()
    for name, text in files.items():
        reader.context = reader.exten = ""
        for number, line in enumerate(text.splitlines(), 1):
            if bare := uncommented(line):
                reader.line(bare, f"{name}:{number}")
    return model.dialplan_of(reader.steps, reader.faults)


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
            model.breadth(exten)
    except model.UnknownPattern:
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
