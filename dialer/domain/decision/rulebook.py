"""All rules of the decision, in the order in which reasons are listed, and which of them a case needs to be asked."""

from datetime import datetime
from functools import lru_cache

from dialer.domain.decision.case import Case
from dialer.domain.decision.judgement import Standing
from dialer.domain.decision.rule import Chapter, Rule
from dialer.domain.decision.rules_callee import (
    DENIED,
    LISTED,
    NUMBER,
    OPPOSED,
    OUT_OF_REACH,
    OWN_PACK,
    SHOWN,
    SOURCE,
)
from dialer.domain.decision.rules_campaign import CALLED_BEFORE, SYSTEM
from dialer.domain.decision.rules_time import CLOSED, CONSENT, DATES, RINGING, SILENCE
from dialer.domain.numbers.phone_text import PhoneError

CHAPTERS: tuple[Chapter, ...] = (
    OUT_OF_REACH,
    OWN_PACK,
    DENIED,
    NUMBER,
    SOURCE,
    SHOWN,
    OPPOSED,
    LISTED,
    CONSENT,
    CLOSED,
    SILENCE,
    RINGING,
    DATES,
    CALLED_BEFORE,
    SYSTEM,
)
RULES: tuple[Rule, ...] = tuple(rule for chapter in CHAPTERS for rule in chapter)

ALWAYS = True


def concerned(case: Case, standing: Standing) -> tuple[bool, ...]:
    """For each chapter, in their order, whether it can have anything to say: most callees need few of them."""
    facts, law, terms = case.facts, case.law, case.terms
    unplaced = isinstance(case.number, PhoneError) or isinstance(case.place, str)
    shut = standing.permit_until is None
    rung = case.at + terms.ring
    return (
        law is None or case.foreign is not None or unplaced,
        law is not None and law.own,
        terms.sector is not None or (law is not None and bool(law.denied_numbers)),
        ALWAYS,
        facts.source_class is None,
        ALWAYS,
        bool(facts.suppressions),
        bool(facts.lists) or (law is not None and bool(law.required_lists)),
        bool(case.consent.problems),
        shut and standing.open_until is None,
        shut and bool(case.silences),
        shut and may_end(standing, rung),
        shut and (case.at < terms.starts_at or terms.closes_at < rung),
        bool(facts.attempts),
        facts.system is not None,
    )


def may_end(standing: Standing, by: datetime) -> bool:
    for end in (standing.open_until, standing.window_ends, standing.hours_end):
        if end is not None and end < by:
            return True
    return False


@lru_cache(maxsize=4096)
def rules_for(concerned: tuple[bool, ...]) -> tuple[Rule, ...]:
    return tuple(
        rule for chapter, asked in zip(CHAPTERS, concerned, strict=True) if asked for rule in chapter
    )
