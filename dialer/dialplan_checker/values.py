"""Texts with unknown parts, and the possible values of a text, each with the facts behind it.

An unknown part stands between ⟦ and ⟧, by the name of its source; a name that ends in `!` is that
of a part that is never empty. A path that goes on with a value knows its looks and their findings.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

OPEN, CLOSE = "⟦", "⟧"


class NotUnderstood(ValueError):
    """A part of a step that this proof has no rule for: nothing is proved of the steps after it."""


def unknown(name: str, *, empty: bool = True) -> str:
    return f"{OPEN}{name}{'' if empty else '!'}{CLOSE}"


def known(text: str) -> bool:
    return OPEN not in text


def pieces(text: str) -> Iterator[str]:
    """Yield the known stretches and the unknown parts of `text`, in order.

    An unknown part keeps its brackets.
    """
    depth, start = 0, 0
    for at, character in enumerate(text):
        if character == OPEN:
            if depth == 0 and at > start:
                yield text[start:at]
            start = at if depth == 0 else start
            depth += 1
        elif character == CLOSE:
            depth -= 1
            if depth == 0:
                yield text[start : at + 1]
                start = at + 1
    if start < len(text):
        yield text[start:]


def never_empty(text: str) -> bool:
    return any(not piece.startswith(OPEN) or piece.endswith("!" + CLOSE) for piece in pieces(text))


def may_equal(left: str, right: str) -> bool:
    """Return whether the unknown parts could make both the same.

    True for any two texts with unknown parts: nothing is concluded about them.
    """
    if known(left) and known(right):
        return left == right
    if known(left) or known(right):
        fixed, open_ = (left, right) if known(left) else (right, left)
        return re.fullmatch(_shape(open_), fixed, re.DOTALL) is not None
    return True


def _shape(text: str) -> str:
    return "".join(_shape_of(piece) for piece in pieces(text))


def _shape_of(piece: str) -> str:
    if not piece.startswith(OPEN):
        return re.escape(piece)
    return ".+" if piece.endswith("!" + CLOSE) else ".*"


@lru_cache(maxsize=4096)
def split(text: str, separator: str) -> tuple[str, ...]:
    """Cut at `separator`, but not inside unknown parts, parentheses, brackets or double quotes."""
    parts, depth, quoted = [""], 0, False
    for character in text:
        quoted ^= character == '"'
        depth += (character in OPEN + "([{") - (character in CLOSE + ")]}")
        if character == separator and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return tuple(parts)


class Fact(NamedTuple):
    """A look or an act of the dialplan on the way here, and its finding.

    `text` is in the terms of `values`.
    """

    text: str
    true: bool = True


class TextOutcome(NamedTuple):
    text: str
    facts: tuple[Fact, ...] = ()


def sure(text: str) -> list[TextOutcome]:
    return [TextOutcome(text)]


def either(question: str) -> list[TextOutcome]:
    """Return Asterisk's yes and no."""
    return [TextOutcome("1", (Fact(question, True),)), TextOutcome("0", (Fact(question, False),))]


def combined(
    parts: Iterable[list[TextOutcome]], join: Callable[[tuple[str, ...]], list[TextOutcome]]
) -> list[TextOutcome]:
    """Return every combination of the outcomes of `parts`, joined."""
    found: dict[TextOutcome, None] = {}
    for choice in product(*parts):
        facts = tuple(fact for outcome in choice for fact in outcome.facts)
        for joined in join(tuple(outcome.text for outcome in choice)):
            found[TextOutcome(joined.text, facts + joined.facts)] = None
    return list(found)
