"""Rules about the campaign and the machine: how often, whether it runs, whether we may dial.

Caps count attempts of any campaign of the sponsor, over rolling multiples of 24 hours, which is
never looser than calendar days (FP-27, FC-14, US-03). Cases T065 to T070;
docs/decisions.md#two-locks.
"""

from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.decision.context import DecisionContext


def called_before(context: DecisionContext) -> bool:
    return bool(context.facts.attempts)


def capped(context: DecisionContext) -> str | None:
    """Refuse at the first cap of the pack that is reached."""
    ages = context.history.ages
    for cap in context.pack.caps if context.pack else ():
        if len(ages) >= cap.max:
            made = len([age for age in ages if age < cap.window])
            if made >= cap.max:
                return f"{made} attempts within {cap.window_days} days, of {cap.max} allowed ({cap.rule})"
    return None


def max_attempts(context: DecisionContext) -> str | None:
    made, most = context.history.here, context.campaign.max_attempts
    return f"{made} attempts in this campaign, of {most} allowed" if made >= most else None


def recall_too_soon(context: DecisionContext) -> str | None:
    """Refuse within the stricter gap of pack and campaign, and while a call has not ended."""
    if context.pack is None:
        return None
    if context.history.alive:
        return "a call to this number has not ended"
    nearest = min(context.history.ages, default=None)
    gap = max(context.campaign.min_gap, context.pack.min_gap)
    return f"called {nearest} ago, less than {gap}" if nearest is not None and nearest < gap else None


def already_delivered(context: DecisionContext) -> str | None:
    return "this campaign's message was already heard" if context.history.heard else None


def judged_live(context: DecisionContext) -> bool:
    return context.facts.system is not None


def not_running(context: DecisionContext) -> str | None:
    system = context.facts.system
    if system and system.campaign_state is not CampaignState.RUNNING:
        return f"the campaign is {system.campaign_state}"
    return None


def over(context: DecisionContext) -> str | None:
    system = context.facts.system
    return f"the campaign is {system.campaign_state}" if system and system.campaign_state.is_final else None


def halted(context: DecisionContext) -> str | None:
    return "calling is halted" if context.facts.system and context.facts.system.halted else None


def clock_doubtful(context: DecisionContext) -> str | None:
    system = context.facts.system
    return "the clock cannot be trusted" if system and not system.clock_trusted else None


def ledger_unwritable(context: DecisionContext) -> str | None:
    system = context.facts.system
    return "the ledger cannot be written" if system and not system.ledger_writable else None
