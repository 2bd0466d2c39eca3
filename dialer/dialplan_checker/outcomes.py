"""The possible values of a text, each with the facts behind it.

A path that goes on knows its looks and their findings.
"""

from collections.abc import Callable, Iterable
from itertools import product
from typing import NamedTuple


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
