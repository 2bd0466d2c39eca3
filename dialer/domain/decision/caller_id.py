"""Which number the callee sees, and whether it may be shown there (FP-16, T089 to T094)."""

from datetime import datetime, timedelta
from functools import lru_cache

from dialer.domain.decision.campaign_terms import CampaignTerms
from dialer.domain.decision.facts import TrunkFacts
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.numbers.number_plan import number_facts
from dialer.domain.numbers.phone_text import PhoneError
from dialer.domain.rulepacks.rulepack import RulePack


def choose(terms: CampaignTerms, place: CalleeLocation, pack: RulePack, at: datetime) -> str | None:
    """The campaign's number for this callee: one that may be shown in a territory they may be in, None where there is none."""
    own = [terms.caller_ids[code] for code in place.territories if code in terms.caller_ids]
    for number in (*own, terms.caller_id):
        if any(presentable(number, code, pack, at) for code in place.territories):
            return number
    return None


def presentable(number: str, territory: str, pack: RulePack, at: datetime) -> bool:
    """Whether `number` is of a class and range that the pack allows towards `territory` at `at`."""
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


@lru_cache(maxsize=4096)
def dialable_number_of(number: str, territories: tuple[str, ...]) -> bool:
    """Whether it is a whole number of one of these territories that people can call back."""
    try:
        found = number_facts(number)
    except PhoneError:
        return False
    return any(code in territories for code in found.territories)


def trunk_complaint(number: str, trunk: TrunkFacts, at: datetime, margin: timedelta) -> str | None:
    """Why the trunk may not present `number`: only a loopback trunk needs no list; a mandate ends at its instant, and must last for `margin` more."""
    if not trunk.caller_ids:
        return None if trunk.loopback else f"trunk {trunk.name!r} has no list of authorised numbers"
    complaint = f"{number} is not on the list of trunk {trunk.name!r}"
    for entry in trunk.caller_ids:
        if entry.number == number:
            if entry.mandate_ends_at is None or at < entry.mandate_ends_at - margin:
                return None
            complaint = f"the mandate for {number} on trunk {trunk.name!r} has ended"
            if margin:
                complaint += f", or does within {margin.days} days"
    return complaint
