"""The cache of decisions changes no answer, and nothing else in the room remembers anything."""

import pkgutil
from datetime import datetime
from importlib import import_module

from hypothesis import given, settings

from dialer.domain import decision
from dialer.domain.base.memory import IdentityCache
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import decide
from dialer.domain.decision.facts import Facts, decision_hash
from tests.unit.decision.drawn_questions import EXACT, anytime, burdened
from tests.unit.decision.rule_samples import cache, packs


@settings(EXACT, max_examples=60)
@given(burdened(), anytime)
def test_a_cache_that_knows_much_answers_as_a_new_one(question: Facts, at: datetime) -> None:
    known = decide(question, at, cache())
    assert known == decide(question, at, DecisionCache(packs()))
    text = cache().campaign_text
    assert decision_hash(question, known, text) == decision_hash(question, known)


def test_the_cache_with_another_pack_is_made_once() -> None:
    known, (pack, *_) = DecisionCache(packs()), packs().shipped
    assert known.with_pack(pack) is known.with_pack(pack)
    assert known.with_pack(pack).packs.titled(pack.title) is pack


def test_no_module_of_the_decision_remembers_an_answer() -> None:
    """Each memory belongs to a cache, which somebody made and passed on."""
    names = [info.name for info in pkgutil.iter_modules(decision.__path__)]
    assert "decide" in names
    for name in names:
        module = import_module(f"dialer.domain.decision.{name}")
        for value in vars(module).values():
            remembers = hasattr(value, "cache_info") and value.__module__ == module.__name__
            assert not remembers
            assert not isinstance(value, IdentityCache)
