"""The decision: one ordered list of named pure rules. Every rule that refuses is listed; unknown means no (design, "Two locks")."""

from datetime import UTC, datetime

from dialer.domain.decision.case import Case, prepare
from dialer.domain.decision.decision_record import Decision, Reason, ReasonCode
from dialer.domain.decision.facts import Facts
from dialer.domain.decision.judgement import Standing, stand
from dialer.domain.decision.next_open import next_open
from dialer.domain.decision.rule import Rule
from dialer.domain.decision.rulebook import concerned, rules_for
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.numbers.phone_text import PhoneError
from dialer.domain.rulepacks.rulepack import RulePackIndex

PROJECT_RULE = "2.10"
"""The id of rules that are the program's own, and of all rules where no pack is in force."""


def decide(facts: Facts, packs: RulePackIndex, at: datetime) -> Decision:
    """May this number be called at `at` (aware)? Raise `ValueError` for a naive instant."""
    case = prepare(facts, packs, at)
    standing = stand(case)
    reasons = reasons_against(case, standing)
    until = None if reasons else standing.permit_until
    if until is None and not reasons:
        raise AssertionError("nothing refused, yet nothing is open")
    return Decision(
        case.at,
        until is not None,
        reasons,
        until,
        case.at if standing.permit_until is not None else next_open(case),
        case.place.zones if isinstance(case.place, CalleeLocation) else (),
        case.law.title if case.law else "",
        case.law.hash if case.law else "",
        case.caller_id,
        standing.open_until if until is not None else None,
    )


def reasons_against(case: Case, standing: Standing) -> tuple[Reason, ...]:
    reasons = []
    for rule in rules_for(concerned(case, standing)):
        detail = rule.check(case, standing)
        if detail is not None:
            reasons.append(Reason(rule_id(case, rule), rule.code, detail))
    return tuple(reasons)


def rule_id(case: Case, rule: Rule) -> str:
    return case.law.rules[rule.name] if case.law and rule.name else PROJECT_RULE


def refuse_number(error: PhoneError, at: datetime) -> Decision:
    """The refusal of a text that is no number to call: nothing else about it can be judged."""
    reason = Reason(PROJECT_RULE, ReasonCode(error.reason.value), error.detail)
    return Decision(at.astimezone(UTC), False, (reason,), None, None, (), "", "", None)
