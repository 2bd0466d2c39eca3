"""When a call that is under way must end, whatever it says: electoral silence begins (FP-08, T036)."""

from datetime import datetime

from dialer.domain.decision.case import prepare
from dialer.domain.decision.facts import Facts
from dialer.domain.rulepacks.rulepack import RulePackIndex


def silence_begins(facts: Facts, packs: RulePackIndex, at: datetime) -> datetime | None:
    """The first limit, after `at`, of every silence that binds the callee; None where none does, or nobody knows when."""
    if facts.campaign.election is None and not facts.silences:
        return None
    silences = prepare(facts, packs, at).silences
    return min((quiet.limit for quiet in silences if quiet.limit and at < quiet.ends_at), default=None)
