"""What a text may come to, and what each outcome tells: a path that goes on knows what was looked at and found."""

from collections.abc import Callable, Iterable
from itertools import product
from typing import NamedTuple


class Fact(NamedTuple):
    """Something the dialplan looked at or did on the way here, and what it found. `text` is in the terms of `values`."""

    text: str
    true: bool = True


class TextOutcome(NamedTuple):
    text: str
    facts: tuple[Fact, ...] = ()


def sure(text: str) -> list[TextOutcome]:
    return [TextOutcome(text)]


def either(question: str) -> list[TextOutcome]:
    """Asterisk's yes and no."""
    return [TextOutcome("1", (Fact(question, True),)), TextOutcome("0", (Fact(question, False),))]


def combined(
    parts: Iterable[list[TextOutcome]], join: Callable[[tuple[str, ...]], list[TextOutcome]]
) -> list[TextOutcome]:
    """Every combination of the outcomes of `parts`, joined."""
    found: dict[TextOutcome, None] = {}
    for choice in product(*parts):
        facts = tuple(fact for outcome in choice for fact in outcome.facts)
        for joined in join(tuple(outcome.text for outcome in choice)):
            found[TextOutcome(joined.text, facts + joined.facts)] = None
    return list(found)
