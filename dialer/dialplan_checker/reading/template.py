"""The references in the arguments of a step, as a tree.

`${NAME}`, `${NAME:2:3}`, `${FUNCTION(...)}` and `$[...]`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from dialer.dialplan_checker.values import NotUnderstood

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
