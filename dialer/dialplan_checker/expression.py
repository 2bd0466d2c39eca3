"""Asterisk's `$[...]` after substitution: comparisons, and, or, sums.

Where an operand is unknown, both answers are followed.
"""

import re
from dataclasses import dataclass

from dialer.dialplan_checker import values

_OPERATORS = ("!=", ">=", "<=", "=", "<", ">", "&", "|", "+", "(", ")")
_COMPARISONS = ("=", "!=", "<", ">", "<=", ">=")
_MIRRORED = {">": "<", "<=": ">="}
_NEGATED = {"!=": "=", ">=": "<"}


def evaluate(text: str) -> list[values.TextOutcome]:
    """Return the possible values of an expression. Raise `NotUnderstood` for any other form."""
    parser = _Parser(text, words(text))
    found = parser.any_of()
    if parser.rest:
        raise values.NotUnderstood(f"expression $[{text}]")
    return found


def true(text: str) -> list[bool]:
    """Return whether Asterisk takes the condition `text` for true; both answers where unknown."""
    if not values.known(text):
        return [True, False]
    number = re.fullmatch(r"\s*[+-]?[0-9]+(\.[0-9]+)?\s*", text)
    return [float(text) != 0 if number else bool(text)]


def words(text: str) -> list[str]:
    """Split into operators, quoted texts with their quotes, and bare words."""
    found: list[str] = []
    rest = text.lstrip()
    while rest:
        word = _quoted(rest) or next(filter(rest.startswith, _OPERATORS), "") or _bare(rest)
        found.append(word)
        rest = rest[len(word) :].lstrip()
    return found


def _quoted(text: str) -> str:
    if not text.startswith('"'):
        return ""
    depth = 0
    for at, character in enumerate(text[1:], 1):
        depth += (character == values.OPEN) - (character == values.CLOSE)
        if character == '"' and depth == 0:
            return text[: at + 1]
    raise values.NotUnderstood(f"quotes in {text}")


def _bare(text: str) -> str:
    depth = 0
    for at, character in enumerate(text):
        depth += (character == values.OPEN) - (character == values.CLOSE)
        if depth == 0 and (character.isspace() or character in '"!=<>&|()+'):
            if at == 0:
                raise values.NotUnderstood(f"expression at {text}")
            return text[:at]
    return text


@dataclass(slots=True)
class _Parser:
    text: str
    rest: list[str]

    def any_of(self) -> list[values.TextOutcome]:
        found = self.all_of()
        while self._take("|"):
            found = values.combined([found, self.all_of()], lambda pair: values.sure(_either(*pair)))
        return found

    def all_of(self) -> list[values.TextOutcome]:
        found = self.comparison()
        while self._take("&"):
            found = values.combined([found, self.comparison()], lambda pair: values.sure(_both(*pair)))
        return found

    def comparison(self) -> list[values.TextOutcome]:
        left = self.sum()
        operator = self._take(*_COMPARISONS)
        if not operator:
            return left
        return values.combined([left, self.sum()], lambda pair: compare(pair[0], operator, pair[1]))

    def sum(self) -> list[values.TextOutcome]:
        found = self.operand()
        while operator := self._take("+", "-"):
            found = values.combined(
                [found, self.operand()], lambda pair: values.sure(_sum(pair[0], operator, pair[1]))
            )
        return found

    def operand(self) -> list[values.TextOutcome]:
        if self._take("("):
            found = self.any_of()
            if not self._take(")"):
                raise values.NotUnderstood(f"expression $[{self.text}]")
            return found
        if not self.rest or self.rest[0] in _OPERATORS:
            raise values.NotUnderstood(f"expression $[{self.text}]")
        return values.sure(self.rest.pop(0))

    def _take(self, *wanted: str) -> str:
        return self.rest.pop(0) if self.rest and self.rest[0] in wanted else ""


def compare(left: str, operator: str, right: str) -> list[values.TextOutcome]:
    """Compare numbers as numbers, anything else as text, quotes left out."""
    left, right = left.strip('"'), right.strip('"')
    if values.known(left) and values.known(right):
        return values.sure(str(int(_holds(left, operator, right))))
    if operator in ("=", "!=") and not values.may_equal(left, right):
        return values.sure("1" if operator == "!=" else "0")
    return _asked(left, operator, right)


def _asked(left: str, operator: str, right: str) -> list[values.TextOutcome]:
    """Ask the same question in the same words, however it was written: by `=` and `<` alone."""
    if operator in _MIRRORED:
        left, operator, right = right, _MIRRORED[operator], left
    negated = operator in _NEGATED
    question = f"{left} {_NEGATED.get(operator, operator)} {right}"
    outcomes = values.either(question)
    if not negated:
        return outcomes
    return [values.TextOutcome("0" if outcome.text == "1" else "1", outcome.facts) for outcome in outcomes]


def _holds(left: str, operator: str, right: str) -> bool:
    numbers = left.isdecimal() and right.isdecimal()
    order = int(left) - int(right) if numbers else (left > right) - (left < right)
    answers = {"=": order == 0, "!=": order != 0, "<": order < 0, ">": order > 0, "<=": order <= 0}
    return answers.get(operator, order >= 0)


def _both(left: str, right: str) -> str:
    return left if all(true(left)) and all(true(right)) else "0"


def _either(left: str, right: str) -> str:
    return left if all(true(left)) else right


def _sum(left: str, operator: str, right: str) -> str:
    if left.isdecimal() and right.isdecimal():
        return str(int(left) + int(operator + right))
    return values.unknown("sum", empty=False)
