"""The list of rules: asking only those that apply gives the answer of all.

That holds for every profile, own packs and sectors.
"""

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.domain.decision.decide import build_context, decide, rule_id
from dialer.domain.decision.facts import Facts
from dialer.domain.decision.rules import ASKED_TOGETHER, RULES, Rule
from tests.unit.decision.drawn_questions import CACHES, PROFILES, burdened, instants, questions

Drawn = tuple[str, Facts, datetime]
EVERY_PROFILE = settings(deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def drawn(draw: st.DrawFn, profiles: tuple[str, ...] = tuple(PROFILES)) -> Drawn:
    """Draw an index of rule packs by its name, a question, an instant."""
    index = draw(st.sampled_from(["shipped", "shipped", "own", "own", "ended"]))
    question = draw(st.one_of(burdened(profiles), questions(profiles)))
    return index, question, draw(instants(question, CACHES[index]()))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_rules_that_apply_answer_as_all_rules_do(profile: str) -> None:
    @settings(EVERY_PROFILE, max_examples=200)
    @given(drawn((profile,)))
    def answer_alike(asked: Drawn) -> None:
        index, question, at = asked
        context = build_context(question, at, CACHES[index]())
        refusals = [
            (rule_id(rule, context), rule.code, detail)
            for rule in RULES
            if (detail := rule.check(context)) is not None
        ]
        decision = decide(question, at, CACHES[index]())
        assert list(decision.reasons) == refusals
        assert decision.permitted == (not refusals)

    answer_alike()


def test_each_rule_refuses_questions_that_are_drawn() -> None:
    """A rule whose condition is wrong is found above only if it would refuse there."""
    seen: Counter[Rule] = Counter()

    @settings(EVERY_PROFILE, max_examples=1500, derandomize=True, database=None)
    @given(drawn())
    def count(asked: Drawn) -> None:
        index, question, at = asked
        context = build_context(question, at, CACHES[index]())
        seen.update(rule for rule in RULES if rule.check(context) is not None)

    count()
    assert [rule for rule in RULES if seen[rule] < 5] == []


def test_conditions_that_neighbours_share_are_asked_once_and_in_order() -> None:
    assert tuple(rule for _, rules in ASKED_TOGETHER for rule in rules) == RULES
    assert all(rule.applies is applies for applies, rules in ASKED_TOGETHER for rule in rules)
    assert (
        max(Counter(applies for applies, _ in ASKED_TOGETHER if applies.__name__ != "always").values()) == 1
    )
