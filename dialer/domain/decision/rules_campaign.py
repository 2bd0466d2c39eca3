"""Rules about the campaign and the machine: how often, whether it runs, whether we may dial.

Cases T065 to T070; docs/decisions.md#two-locks.
"""

from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.decision.caps import capped, too_soon
from dialer.domain.decision.case import Case
from dialer.domain.decision.decision_record import ReasonCode
from dialer.domain.decision.judgement import Standing
from dialer.domain.decision.rule import Chapter, Rule
from dialer.domain.rulepacks.rule_names import RuleName

OVER = (CampaignState.STOPPED, CampaignState.COMPLETED)


def cap(case: Case, _: Standing) -> str | None:
    return capped(case.history, case.law) if case.law else None


def max_attempts(case: Case, _: Standing) -> str | None:
    made, most = case.history.here, case.terms.max_attempts
    return f"{made} attempts in this campaign, of {most} allowed" if made >= most else None


def gap(case: Case, _: Standing) -> str | None:
    return too_soon(case.history, case.law, case.terms) if case.law else None


def already_delivered(case: Case, _: Standing) -> str | None:
    return "this campaign's message was already heard" if case.history.heard else None


def not_running(case: Case, _: Standing) -> str | None:
    state = case.facts.system.campaign_state if case.facts.system else CampaignState.RUNNING
    return f"the campaign is {state}" if state is not CampaignState.RUNNING else None


def over(case: Case, _: Standing) -> str | None:
    system = case.facts.system
    return f"the campaign is {system.campaign_state}" if system and system.campaign_state in OVER else None


def halted(case: Case, _: Standing) -> str | None:
    return "calling is halted" if case.facts.system and case.facts.system.halted else None


def clock(case: Case, _: Standing) -> str | None:
    system = case.facts.system
    return "the clock cannot be trusted" if system and not system.clock_trusted else None


def ledger(case: Case, _: Standing) -> str | None:
    system = case.facts.system
    return "the ledger cannot be written" if system and not system.ledger_writable else None


CALLED_BEFORE: Chapter = (
    Rule(ReasonCode.CAPPED, cap, RuleName.CAP),
    Rule(ReasonCode.CAPPED, max_attempts),
    Rule(ReasonCode.RECALL_TOO_SOON, gap, RuleName.GAP),
    Rule(ReasonCode.ALREADY_DELIVERED, already_delivered, RuleName.DELIVERED),
)
SYSTEM: Chapter = (
    Rule(ReasonCode.CAMPAIGN_NOT_RUNNING, not_running),
    Rule(ReasonCode.CAMPAIGN_ENDED, over),
    Rule(ReasonCode.HALTED, halted),
    Rule(ReasonCode.CLOCK, clock),
    Rule(ReasonCode.LEDGER, ledger),
)
