"""Checks against a rule pack that decisions and preflights share.

Sign-off, required lists and numbers to show.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dialer.domain.base.intervals import shown
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.decision.facts import TrunkFacts
from dialer.domain.numbers.number_plan import number_facts
from dialer.domain.numbers.phone_text import PhoneError
from dialer.domain.oppositions.suppression import ListStanding
from dialer.domain.rulepacks.rulepack import RulePack


def unsigned(definition: CampaignDefinition, pack: RulePack) -> str | None:
    """Complain about the user's own `pack` unless the campaign names it and who answers for it."""
    if not pack.own:
        return None
    signed = definition.rule_pack_signoff
    if signed is not None and signed.pack == pack.title:
        return None
    return f"{pack.title} is not one of the program's own rule packs: name it, and who signed for it"


def missing_lists(
    pack: RulePack, trunk: TrunkFacts, known: Sequence[ListStanding], at: datetime
) -> Iterator[str]:
    """Yield a sentence for each required list that is not valid at `at`.

    Rules US-12, US-13, CA-01, CA-08. A loopback trunk reaches no outsider, and needs none.
    """
    for name in () if trunk.loopback else pack.required_lists:
        named = [entry for entry in known if entry.name == name]
        if not any(entry.in_force(at) for entry in named):
            ends = f"is valid until {shown(named[0].valid_to)} only" if named else "was never imported"
            yield f"the list {name}, which {pack.name} requires, {ends}"


def presentable(number: str, territory: str, pack: RulePack, at: datetime) -> bool:
    """Tell whether the pack lets `number` be presented in `territory` at `at` (FP-16).

    Its class and its range count.
    """
    rules = pack.caller_id
    if number.startswith(rules.forbidden_prefixes) or not dialable_number_of(number, pack.territories):
        return False
    if not rules.ranges:
        return True
    today = at.date()
    return any(
        territory in group.territories
        and group.since <= today
        and (group.until is None or today <= group.until)
        and number.startswith(group.prefixes)
        for group in rules.ranges
    )


def dialable_number_of(number: str, territories: tuple[str, ...]) -> bool:
    """Tell whether it is a whole number of one of these territories that people can call back."""
    try:
        found = number_facts(number)
    except PhoneError:
        return False
    return any(code in territories for code in found.territories)
