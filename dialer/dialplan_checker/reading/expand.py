"""The arguments of a step in a state: every possible text, each with its facts."""

from functools import lru_cache

from dialer.dialplan_checker.expression import evaluate
from dialer.dialplan_checker.functions import call, variable
from dialer.dialplan_checker.outcomes import TextOutcome, combined, sure
from dialer.dialplan_checker.reading.template import Expression, Function, Template, Variable, template
from dialer.dialplan_checker.state import State
from dialer.dialplan_checker.values import CLOSE, known, unknown

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
