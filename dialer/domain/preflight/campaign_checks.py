"""Checks of a campaign before any call: from its file alone, then with its trunk and its list.

Poll dates that a decree moves while a campaign lives are checked, too (T040): later decisions go by
the new dates, earlier ones stay as they were. Cases T031 to T062 and T089 to T094.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from dialer.domain.base.errors import Conflict, InvalidInput, Problem
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.campaign_definition import PART_NAME, CampaignDefinition, Election
from dialer.domain.campaigns.campaign_terms import campaign_terms, folded
from dialer.domain.consent import Basis
from dialer.domain.decision.facts import TrunkFacts
from dialer.domain.decision.rules_callee import missing_lists, unsigned
from dialer.domain.numbers.number_plan import dialable_number_of
from dialer.domain.numbers.territory import TERRITORIES
from dialer.domain.oppositions.suppression import ListStanding
from dialer.domain.rulepacks.pack_parts import Reminder, ScriptRules
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex, presentable


def check_definition(
    definition: CampaignDefinition, packs: RulePackIndex, today: datetime
) -> tuple[Problem, ...]:
    """Return every problem that the file alone shows.

    The rules are those of its start, or of `today` if the campaign has already begun.
    """
    if definition.profile not in packs.profiles:
        known = ", ".join(sorted(packs.profiles))
        return (Problem("profile", f"{definition.profile!r} has no rule pack; known are {known}"),)
    pack = pack_of(definition, packs, today)
    if pack is None:
        return (
            Problem("starts_at", f"no rule pack {definition.profile!r} is in force when the campaign starts"),
        )
    return (
        *trunk_problems(definition),
        *pack_problems(definition, pack),
        *caller_id_problems(definition, pack, today),
        *callback_problems(definition, pack),
        *purpose_problems(definition, pack),
        *election_problems(definition),
        *call_problems(definition, pack),
    )


def trunk_problems(definition: CampaignDefinition) -> tuple[Problem, ...]:
    """Return a problem for a name that no trunk can have: each call would be refused."""
    if re.fullmatch(PART_NAME, definition.trunk):
        return ()
    wanted = "wanted is the name of a [[trunk]] of dialer.toml: small letters, digits and hyphens, such as 'default'"
    return (Problem("trunk", f"{definition.trunk[:40]!r} names no trunk; {wanted}"),)


def pack_of(definition: CampaignDefinition, packs: RulePackIndex, today: datetime) -> RulePack | None:
    return packs.for_day(definition.profile, max(definition.starts_at, today).date())


def script_rules(definition: CampaignDefinition, packs: RulePackIndex, today: datetime) -> ScriptRules:
    """Return the demands on the script; without a pack in force, those on every script.

    `check_definition` refuses a campaign without a pack.
    """
    pack = pack_of(definition, packs, today)
    return pack.script if pack else ScriptRules()


def reminders(definition: CampaignDefinition, packs: RulePackIndex, today: datetime) -> tuple[Reminder, ...]:
    """Return the reminders of rules that people must see to themselves."""
    pack = pack_of(definition, packs, today)
    if pack is None:
        return ()
    return tuple(one for one in pack.reminders if definition.election or not one.with_election)


def pack_problems(definition: CampaignDefinition, pack: RulePack) -> Iterable[Problem]:
    if complaint := unsigned(definition, pack):
        yield Problem("rule_pack_signoff", complaint)


def caller_id_problems(definition: CampaignDefinition, pack: RulePack, today: datetime) -> Iterable[Problem]:
    when = max(definition.starts_at, today)
    if not any(presentable(definition.caller_id, code, pack, when) for code in pack.territories):
        yield Problem(
            "caller_id", f"{definition.caller_id} is no number that {pack.name} lets a machine present"
        )
    for code, number in definition.caller_ids.items():
        if code not in pack.territories:
            yield Problem(f"caller_ids.{code}", f"{code} is no territory of {pack.name}")
        elif not presentable(number, code, pack, when):
            yield Problem(f"caller_ids.{code}", f"{number} may not be presented by a machine in {code}")


def callback_problems(definition: CampaignDefinition, pack: RulePack) -> Iterable[Problem]:
    number = definition.sponsor.callback_number
    free = number.startswith(pack.callback.tollfree_prefixes)
    if number.startswith(pack.callback.premium_prefixes):
        yield Problem("sponsor.callback_number", f"{number} costs more than an ordinary call")
    if free and definition.election and pack.callback.tollfree_with_election == "forbidden":
        yield Problem(
            "sponsor.callback_number",
            "a free number may not be made known for a candidate before an election",
        )
    if pack.callback.local_or_tollfree and not free and not dialable_number_of(number, pack.territories):
        yield Problem(
            "sponsor.callback_number",
            f"{number} is neither toll-free nor a number of {' or '.join(pack.territories)}",
        )
    required = pack.callback.tollfree_with_machine == "required"
    if required and definition.machine.mode == "message" and not free:
        yield Problem(
            "sponsor.callback_number", "a message on a machine needs a toll-free number to call back"
        )


def purpose_problems(definition: CampaignDefinition, pack: RulePack) -> Iterable[Problem]:
    purpose = folded(definition.purpose)
    political = purpose == "political" or purpose.startswith("political:")
    if pack.consent.purpose == "political" and not political:
        yield Problem("purpose", f"{definition.purpose!r} is not political, as {pack.name} wants")
    if pack.consent.purpose == "not_political" and (political or definition.election):
        yield Problem("purpose", f"{pack.name} is not for political calls")
    named = purpose.removeprefix("political:")
    if purpose.startswith("political:") and definition.election and named != folded(definition.election.id):
        yield Problem(
            "purpose", f"{definition.purpose!r} names another election than {definition.election.id!r}"
        )
    yield from basis_problems(definition, pack)


def basis_problems(definition: CampaignDefinition, pack: RulePack) -> Iterable[Problem]:
    """Yield problems of the basis.

    Forbidden sectors may call only their customers and people who asked for it (FC-08 to FC-10).
    """
    if not pack.consent.takes(definition.basis):
        yield Problem("basis", f"{pack.name} knows no calls on the basis {definition.basis.value!r}")
    elif definition.basis is Basis.OPT_IN and campaign_terms(definition).sector in pack.forbidden_sectors:
        yield Problem("sector", f"calls for {definition.sector!r} are forbidden, even with consent")


def election_problems(definition: CampaignDefinition) -> Iterable[Problem]:
    if definition.election is None:
        return
    for code in definition.election.poll_dates:
        if code != "default" and code not in TERRITORIES:
            yield Problem(f"election.poll_dates.{code}", "is no territory that is known")
    over = campaign_terms(definition).election
    if over is not None and definition.starts_at >= over.ends_at:
        yield Problem("election.poll_dates", "the election is over when the campaign starts")


def call_problems(definition: CampaignDefinition, pack: RulePack) -> Iterable[Problem]:
    if definition.machine.mode == "message" and pack.machine_message == "forbidden":
        yield Problem("machine.mode", f"{pack.name} lets nothing be left on an answering machine")
    if definition.call.ring_timeout_s < pack.min_ring_timeout_s:
        yield Problem(
            "call.ring_timeout_s", f"{pack.name} wants at least {pack.min_ring_timeout_s} s of ringing"
        )


def check_approval(
    definition: CampaignDefinition,
    packs: RulePackIndex,
    trunk: TrunkFacts,
    places: frozenset[tuple[str, ...]],
    lists: Sequence[ListStanding],
    now: datetime,
) -> tuple[Problem, ...]:
    """Return every problem, including any that needs the trunk and the list.

    `places`: the possible territories of its people; each tuple holds those possible at once.
    `lists`: the external lists that speak for the sponsor.
    """
    problems = list(check_definition(definition, packs, now))
    pack = None if problems else pack_of(definition, packs, now)
    if pack is None:
        return tuple(problems)
    if definition.ends_at <= now:
        problems.append(Problem("ends_at", "is past"))
    problems += list_problems(definition, pack, sorted(places), now)
    problems += [Problem("lists", complaint) for complaint in missing_lists(pack, trunk, lists, now)]
    for number in sorted({definition.caller_id, *definition.caller_ids.values()}):
        if complaint := trunk.caller_id_problem(number, now, pack.caller_id.margin):
            problems.append(Problem("caller_id", complaint))
    return tuple(problems)


def list_problems(
    definition: CampaignDefinition, pack: RulePack, present: list[tuple[str, ...]], now: datetime
) -> Iterable[Problem]:
    """Yield problems with the people on the list.

    Where a person may be in several territories, each must be one of the profile with its poll
    date; a number that may be shown in any one of them is enough.
    """
    when = max(definition.starts_at, now)
    codes = sorted({code for place in present for code in place})
    for code in codes:
        if code not in pack.territories:
            yield Problem("contacts", f"the list holds {code}, which is no territory of {pack.name}")
        elif definition.election and date_missing(definition.election, code):
            yield Problem("election.poll_dates", f"no date for {code}, which the list holds, and no default")
    for place in present:
        own = [definition.caller_ids[code] for code in place if code in definition.caller_ids]
        shown = any(
            presentable(number, code, pack, when) for number in (*own, definition.caller_id) for code in place
        )
        if not shown and any(code in pack.territories for code in place):
            held = " or ".join(place)
            yield Problem("caller_ids", f"the list holds {held}, and no number may be presented there")


def language_problems(definition: CampaignDefinition, stated: Iterable[str]) -> Iterable[Problem]:
    """Yield a problem for each language of consent that is not the campaign's.

    `stated` are language codes, such as fr or en-GB.
    """
    for language in sorted(stated):
        if language.partition("-")[0].lower() != definition.language:
            yield Problem(
                "contacts",
                f"the list holds people who agreed in {language}, and the campaign speaks {definition.language}",
            )


def date_missing(election: Election, code: str) -> bool:
    return (
        election.scope == "all" and code not in election.poll_dates and "default" not in election.poll_dates
    )


def with_poll_dates(campaign: Campaign, dates: Mapping[str, date], now: datetime) -> CampaignDefinition:
    """Return the campaign's definition with `dates` in place of its own; others stay.

    `dates`: by territory, or `default`. Raise `Conflict` where it has no election or is over,
    `InvalidInput` for an unknown territory or an election that would be over.
    """
    definition, election = campaign.definition, campaign.definition.election
    if election is None or campaign.state.is_final:
        why = "has no election" if election is None else f"is {campaign.state}"
        raise Conflict(f"the campaign {why}: it has no poll dates to change")
    try:
        moved = Election.model_validate(
            election.model_dump() | {"poll_dates": election.poll_dates | dict(dates)}
        )
    except ValueError as error:
        told = str(error).splitlines()[2].strip()
        raise InvalidInput("the poll dates cannot be used", (Problem("poll_dates", told),)) from None
    changed = definition.model_copy(update={"election": moved})
    problems = tuple(election_problems(changed))
    plan = campaign_terms(changed).election
    if plan is not None and now >= plan.ends_at:
        problems += (Problem("poll_dates", "the election would be over"),)
    if problems:
        raise InvalidInput("the poll dates cannot be used", problems)
    return changed
