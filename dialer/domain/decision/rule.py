"""What a rule of the decision is: a name, a code, and a pure check."""

from collections.abc import Callable
from dataclasses import dataclass

from dialer.domain.decision.case import Case
from dialer.domain.decision.decision_record import ReasonCode
from dialer.domain.decision.judgement import Standing
from dialer.domain.rulepacks.rule_names import RuleName

Check = Callable[[Case, Standing], str | None]
"""The sentence of a refusal, None where the rule has nothing to say."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` finds the id in the pack's own text; None for a rule of the program."""

    code: ReasonCode
    check: Check
    name: RuleName | None = None


Chapter = tuple[Rule, ...]
"""Rules that are asked together, in the order of their reasons."""
