"""The rules of the decision, in the order in which reasons are listed.

Each has a condition beside its check. `applies` is a cheap condition without which `check` never
refuses: most callees need few checks. Asking every check gives the same answer, which
`tests/unit/decision/test_rules.py` proves.

To add a rule: write the two functions in the `rules_*` file of its subject, and its line here.
A rule about the number itself is stated in `preflight.forecast.NumberKinds` as well: forecasts ask
once about all numbers of a kind. Read a key of the pack as `context.pack.pack.KEY`, unless it is
compiled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from dialer.domain.decision import rules_callee as callee
from dialer.domain.decision import rules_campaign as campaign
from dialer.domain.decision import rules_time as time
from dialer.domain.decision.context import DecisionContext
from dialer.domain.decision.record import ReasonCode as Code
from dialer.domain.rulepacks.pack_parts import RuleName as Name

Applies = Callable[[DecisionContext], bool]
Check = Callable[[DecisionContext], str | None]
"""A check: it returns the sentence of a refusal, None where the rule has nothing to say."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the decision. `name` finds its id in the pack's text; None: the program's own."""

    code: Code
    name: Name | None
    applies: Applies
    check: Check


def consent_rule(code: Code, name: Name) -> Rule:
    return Rule(code, name, applies=callee.consent_fails, check=callee.consent_problem(code))


RULES: tuple[Rule, ...] = (
    # Whether it is a number of this profile at all.
    Rule(Code.INVALID_NUMBER, Name.NUMBER, applies=callee.out_of_reach, check=callee.invalid_number),
    Rule(Code.FORBIDDEN_NUMBER, Name.NUMBER, applies=callee.out_of_reach, check=callee.forbidden_number),
    Rule(Code.JURISDICTION, Name.JURISDICTION, applies=callee.out_of_reach, check=callee.foreign_number),
    Rule(Code.JURISDICTION, Name.JURISDICTION, applies=callee.out_of_reach, check=callee.foreign_place),
    Rule(Code.UNKNOWN_TIMEZONE, Name.TIMEZONE, applies=callee.out_of_reach, check=callee.unknown_timezone),
    Rule(Code.NO_RULE_PACK, None, applies=callee.out_of_reach, check=callee.no_rule_pack),
    Rule(Code.NO_RULE_PACK, None, applies=callee.under_own_pack, check=callee.unsigned_pack),
    # Whether this campaign may call such a number, and what it would show.
    Rule(Code.FORBIDDEN_NUMBER, Name.DENIED_NUMBER, applies=callee.pack_denies_numbers, check=callee.denied_number),
    Rule(Code.SECTOR, Name.SECTOR, applies=callee.has_sector, check=callee.forbidden_sector),
    Rule(Code.FORBIDDEN_NUMBER, Name.OWN_NUMBER, applies=callee.always, check=callee.own_number),
    Rule(Code.FORBIDDEN_NUMBER, Name.TEST_NUMBER, applies=callee.always, check=callee.fictional_number),
    Rule(Code.PROVENANCE, Name.PROVENANCE, applies=callee.always, check=callee.unknown_source),
    Rule(Code.CALLER_ID, Name.CALLER_ID, applies=callee.always, check=callee.caller_id),
    # Oppositions.
    Rule(Code.SUPPRESSED, Name.SUPPRESSED, applies=callee.has_suppressions, check=callee.suppressed),
    Rule(Code.FORBIDDEN_NUMBER, Name.DENIED_NUMBER, applies=callee.has_lists, check=callee.protected_line),
    Rule(Code.SUPPRESSED, Name.SUPPRESSED, applies=callee.has_lists, check=callee.on_opposition_list),
    # Without a rule of the pack: a newer import lifts it, unlike any other suppression
    # (`retry.final`).
    Rule(Code.SUPPRESSED, None, applies=callee.pack_requires_lists, check=callee.missing_list),
    # Consent.
    consent_rule(Code.NO_CONSENT, Name.CONSENT),
    consent_rule(Code.CONSENT_SPONSOR, Name.CONSENT_SPONSOR),
    consent_rule(Code.CONSENT_PURPOSE, Name.CONSENT_PURPOSE),
    consent_rule(Code.CONSENT_CHANNEL, Name.CONSENT_CHANNEL),
    consent_rule(Code.CONSENT_WITHDRAWN, Name.CONSENT_WITHDRAWN),
    consent_rule(Code.CONSENT_PROOF, Name.CONSENT_PROOF),
    consent_rule(Code.CONSENT_EXPIRED, Name.CONSENT_EXPIRED),
    consent_rule(Code.CONSENT_NO_WINDOW, Name.CONSENT_WINDOW),
    # The time.
    Rule(Code.OUT_OF_CONSENT_WINDOW, Name.OUTSIDE_CONSENT_WINDOW, applies=time.calendar_closed, check=time.outside_window),
    Rule(Code.OUT_OF_LEGAL_HOURS, Name.HOURS, applies=time.calendar_closed, check=time.outside_hours),
    Rule(Code.HOLIDAY, Name.HOLIDAY, applies=time.calendar_closed, check=time.holiday),
    Rule(Code.ELECTORAL_SILENCE, Name.SILENCE, applies=time.election_near, check=time.electoral_silence),
    Rule(Code.WOULD_RING_PAST_END, Name.RING, applies=time.end_near, check=time.rings_past_calling_time),
    Rule(Code.WOULD_RING_PAST_END, Name.RING, applies=time.end_near, check=time.rings_past_window),
    Rule(Code.WOULD_RING_PAST_END, Name.RING, applies=time.end_near, check=time.rings_past_legal_hours),
    Rule(Code.WOULD_RING_PAST_END, None, applies=time.campaign_dates_near, check=time.rings_past_campaign),
    Rule(Code.CAMPAIGN_NOT_RUNNING, None, applies=time.campaign_dates_near, check=time.not_started),
    Rule(Code.CAMPAIGN_ENDED, None, applies=time.campaign_dates_near, check=time.ended),
    # How often.
    Rule(Code.CAPPED, Name.CAP, applies=campaign.called_before, check=campaign.capped),
    Rule(Code.CAPPED, None, applies=campaign.called_before, check=campaign.max_attempts),
    Rule(Code.RECALL_TOO_SOON, Name.GAP, applies=campaign.called_before, check=campaign.recall_too_soon),
    Rule(Code.ALREADY_DELIVERED, Name.DELIVERED, applies=campaign.called_before, check=campaign.already_delivered),
    # The campaign and the machine, as they are now.
    Rule(Code.CAMPAIGN_NOT_RUNNING, None, applies=campaign.judged_live, check=campaign.not_running),
    Rule(Code.CAMPAIGN_ENDED, None, applies=campaign.judged_live, check=campaign.over),
    Rule(Code.HALTED, None, applies=campaign.judged_live, check=campaign.halted),
    Rule(Code.CLOCK, None, applies=campaign.judged_live, check=campaign.clock_doubtful),
    Rule(Code.LEDGER, None, applies=campaign.judged_live, check=campaign.ledger_unwritable),
)  # fmt: skip

ASKED_TOGETHER: tuple[tuple[Applies, tuple[Rule, ...]], ...] = tuple(
    (applies, tuple(rules)) for applies, rules in groupby(RULES, key=lambda rule: rule.applies)
)
"""The same list, each condition once.

Neighbours that share it are asked or skipped together.
"""
