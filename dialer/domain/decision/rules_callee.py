"""Rules about the callee: number, place, source, caller ID, oppositions and consent.

Cases T045 to T063 and T072 to T094.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from dialer.domain.base.intervals import shown
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.consent import Basis
from dialer.domain.decision.context import DecisionContext
from dialer.domain.decision.facts import TrunkFacts
from dialer.domain.decision.record import ReasonCode
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.numbers.number_plan import NumberFacts
from dialer.domain.numbers.phone_text import PhoneError, PhoneErrorCode
from dialer.domain.oppositions.suppression import ListKind, ListStanding
from dialer.domain.rulepacks.rulepack import RulePack


def always(_: DecisionContext) -> bool:
    return True


def out_of_reach(context: DecisionContext) -> bool:
    """Return whether number or place is unknown or foreign, or no pack is in force there."""
    return context.calendar is None or context.pack is None or context.foreign is not None


def invalid_number(context: DecisionContext) -> str | None:
    return number_problem(context, PhoneErrorCode.INVALID_NUMBER)


def forbidden_number(context: DecisionContext) -> str | None:
    return number_problem(context, PhoneErrorCode.FORBIDDEN_NUMBER)


def foreign_number(context: DecisionContext) -> str | None:
    return number_problem(context, PhoneErrorCode.JURISDICTION)


def number_problem(context: DecisionContext, code: PhoneErrorCode) -> str | None:
    number = context.number
    return number.detail if isinstance(number, PhoneError) and number.reason is code else None


def foreign_place(context: DecisionContext) -> str | None:
    return context.foreign


def unknown_timezone(context: DecisionContext) -> str | None:
    return context.place if isinstance(context.place, str) else None


def no_rule_pack(context: DecisionContext) -> str | None:
    if context.pack is None:
        return f"no rule pack {context.campaign.profile!r} is in force on the callee's date"
    return None


def under_own_pack(context: DecisionContext) -> bool:
    return context.pack is not None and context.pack.own


def unsigned_pack(context: DecisionContext) -> str | None:
    return unsigned(context.facts.campaign, context.pack.pack) if context.pack else None


def unsigned(definition: CampaignDefinition, pack: RulePack) -> str | None:
    """Complain about the user's own `pack` unless the campaign names it and who answers for it."""
    if not pack.own:
        return None
    signed = definition.rule_pack_signoff
    if signed is not None and signed.pack == pack.title:
        return None
    return f"{pack.title} is not one of the program's own rule packs: name it, and who signed for it"


def pack_denies_numbers(context: DecisionContext) -> bool:
    return context.pack is not None and bool(context.pack.denied_numbers)


def denied_number(context: DecisionContext) -> str | None:
    if context.pack and context.facts.number.startswith(context.pack.denied_numbers):
        return "the number is on the rule pack's list of lines never to call"
    return None


def has_sector(context: DecisionContext) -> bool:
    return context.campaign.sector is not None


def forbidden_sector(context: DecisionContext) -> str | None:
    """Refuse a sector that the pack forbids.

    A running contract or a request lifts it (FC-09, FC-10), where the pack knows them.
    `consent.basis` demands it of this person.
    """
    campaign, pack = context.campaign, context.pack
    if pack is None or campaign.sector not in pack.forbidden_sectors:
        return None
    if campaign.basis is not Basis.OPT_IN and pack.pack.consent.takes(campaign.basis):
        return None
    return f"calls for {context.facts.campaign.sector!r} are forbidden, even with consent"


def own_number(context: DecisionContext) -> str | None:
    number = context.facts.number
    if number in context.campaign.own_numbers:
        return "the number is our own"
    for entry in context.facts.trunk.caller_ids:
        if entry.number == number:
            return "the number is our own"
    return None


def fictional_number(context: DecisionContext) -> str | None:
    if context.facts.trunk.loopback:
        return None
    if isinstance(context.number, NumberFacts) and context.number.fictional:
        return "a number set aside for fiction is dialled on loopback trunks only"
    return None


def unknown_source(context: DecisionContext) -> str | None:
    if context.facts.on_list and context.facts.source_class is None:
        return "the list does not say where the number comes from"
    return None


def caller_id(context: DecisionContext) -> str | None:
    place, pack, facts = context.place, context.pack, context.facts
    if not isinstance(place, CalleeLocation) or pack is None:
        return None
    if context.caller_id is not None:
        return facts.trunk.caller_id_problem(context.caller_id, context.at, pack.caller_id_margin)
    if not any(code in pack.pack.territories for code in place.territories):
        return None
    return f"no verified number of this campaign may be shown in {' or '.join(place.territories)}"


def has_suppressions(context: DecisionContext) -> bool:
    return bool(context.facts.suppressions)


def suppressed(context: DecisionContext) -> str | None:
    for entry in context.facts.suppressions:
        if entry.sponsor is None or entry.sponsor == context.campaign.sponsor:
            return f"opposed on {shown(entry.received_at)} by {entry.channel}"
    return None


def has_lists(context: DecisionContext) -> bool:
    return bool(context.facts.lists)


def protected_line(context: DecisionContext) -> str | None:
    return listed(context, ListKind.LINES)


def on_opposition_list(context: DecisionContext) -> str | None:
    return listed(context, ListKind.OPPOSITIONS)


def listed(context: DecisionContext, kind: ListKind) -> str | None:
    """Refuse a number on a list of this kind, even an expired one.

    For numbers that an expired list lacks, `missing_list` judges it.
    """
    for known in context.facts.lists:
        if known.holds and known.kind is kind and known.valid_from <= context.at:
            return f"on the list {known.name}, valid until {shown(known.valid_to)}"
    return None


def pack_requires_lists(context: DecisionContext) -> bool:
    return context.pack is not None and bool(context.pack.required_lists)


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


def missing_list(context: DecisionContext) -> str | None:
    """Refuse a number that was not checked against a required list: unknown means no.

    A loopback trunk reaches no outsider.
    """
    if context.pack is None:
        return None
    facts = context.facts
    return next(missing_lists(context.pack.pack, facts.trunk, facts.lists, context.at), None)


def consent_fails(context: DecisionContext) -> bool:
    return bool(context.consent.problems)


def consent_problem(code: ReasonCode) -> Callable[[DecisionContext], str | None]:
    """Return the check of one rule of consent; `consent.judge_consents` has found the sentence."""

    def check(context: DecisionContext) -> str | None:
        return context.consent.problems.get(code)

    return check
