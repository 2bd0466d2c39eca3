"""The decision, and a past decision made again from its stored inputs.

Every rule that refuses is listed, and unknown means no (docs/decisions.md#two-locks).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from dialer.domain.base.errors import NotFound
from dialer.domain.base.intervals import EPOCH
from dialer.domain.consent import ConsentGiven
from dialer.domain.decision.cache import QUARTER, DecisionCache
from dialer.domain.decision.calendar import CalleeCalendar
from dialer.domain.decision.consent import judge_consents, usable_in_turn
from dialer.domain.decision.context import DecisionContext, calendar_state, history_of, next_open
from dialer.domain.decision.facts import Facts, decision_hash, facts_from_json
from dialer.domain.decision.record import PROJECT_RULE, Decision, ReasonCode, RefusalReason, decision
from dialer.domain.decision.rules import ASKED_TOGETHER, Rule
from dialer.domain.numbers.callee_location import CalleeLocation, Statement, place_or_none
from dialer.domain.numbers.number_plan import NumberFacts, number_facts
from dialer.domain.numbers.phone import parse_phone
from dialer.domain.numbers.phone_text import PhoneError, PhoneErrorCode
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex


def decide(facts: Facts, at: datetime, cache: DecisionCache) -> Decision:
    """Decide whether this number may be called at `at` (aware).

    Raise `ValueError` for a naive instant.
    """
    context = build_context(facts, at, cache)
    reasons = reasons_against(context)
    state, place = context.state, context.place
    until = None if reasons else state.permit_until
    if until is None and not reasons:
        raise AssertionError("nothing refused, yet nothing is open")
    return decision(
        at=context.at,
        reasons=reasons,
        permit_until=until,
        open_until=state.open_until if until is not None else None,
        next_open=context.at
        if state.permit_until is not None
        else next_open(context, usable_in_turn(context)),
        zones=place.zones if isinstance(place, CalleeLocation) else (),
        pack=context.pack,
        caller_id=context.caller_id,
    )


def reasons_against(context: DecisionContext) -> tuple[RefusalReason, ...]:
    reasons = []
    for applies, rules in ASKED_TOGETHER:
        if not applies(context):
            continue
        for rule in rules:
            detail = rule.check(context)
            if detail is not None:
                reasons.append(RefusalReason(rule_id(rule, context), rule.code, detail))
    return tuple(reasons)


def rule_id(rule: Rule, context: DecisionContext) -> str:
    return context.pack.rules[rule.name] if context.pack and rule.name else PROJECT_RULE


def refuse_number(error: PhoneError, at: datetime) -> Decision:
    """Refuse a text that is no number to call: nothing else about it can be judged."""
    reason = RefusalReason(rule=PROJECT_RULE, code=ReasonCode(error.reason.value), detail=error.detail)
    return decision(
        at=at.astimezone(UTC),
        reasons=(reason,),
        permit_until=None,
        open_until=None,
        next_open=None,
        zones=(),
        pack=None,
        caller_id=None,
    )


def silence_cutoff(facts: Facts, at: datetime, cache: DecisionCache) -> datetime | None:
    """Return when a call under way must end because electoral silence begins (FP-08, T036).

    The first limit, after `at`, of every silence that binds the callee.
    None where none does, or where it is unknown.
    """
    if facts.campaign.election is None and not facts.silences:
        return None
    silences = build_context(facts, at, cache).silences
    return min((quiet.limit for quiet in silences if quiet.limit and at < quiet.ends_at), default=None)


def build_context(facts: Facts, at: datetime, cache: DecisionCache) -> DecisionContext:
    """Prepare one question in the order in which one thing needs another.

    Raise `ValueError` for a naive `at`: an instant without offset is no instant.
    """
    if at.tzinfo is None:
        raise ValueError("the instant asked must carry an offset")
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    campaign = cache.terms(facts.campaign)
    number = read_number(facts.number)
    place = place_or_none(statements(facts, campaign.sponsor), number)
    calendar: CalleeCalendar | None = None
    if isinstance(place, CalleeLocation) and isinstance(number, NumberFacts):
        quarter = (at - EPOCH) // QUARTER
        pack, calendar, caller_id, foreign, holiday = cache.local_rules(campaign, place, number, quarter)
        calendar = with_silences(calendar, facts, cache) if facts.silences else calendar
    else:
        pack = cache.pack_at(campaign.profile, ("UTC",), at)
        caller_id = foreign = holiday = None
    context = DecisionContext(
        facts=facts,
        at=at,
        campaign=campaign,
        number=number,
        place=place,
        pack=pack,
        calendar=calendar,
        caller_id=caller_id,
        foreign=foreign,
        holiday=holiday,
    )
    context.consent = judge_consents(context, cache.scope_rules)
    context.history = history_of(facts.attempts, facts.campaign_id, at)
    context.state = calendar_state(context)
    return context


def read_number(number: str) -> NumberFacts | PhoneError:
    """Read a canonical number. Other text is refused too, with the code its own mistake has."""
    try:
        return number_facts(number)
    except PhoneError as error:
        if error.reason is not PhoneErrorCode.INVALID_NUMBER:
            return error
        return closer_error(number, error)


def closer_error(number: str, error: PhoneError) -> PhoneError:
    try:
        parse_phone(number)
    except PhoneError as closer:
        return closer
    return error


def statements(facts: Facts, sponsor: str) -> tuple[Statement, ...]:
    """Return the places that the row and this sponsor's consents state.

    Where they differ, all of them are possible.
    """
    stated = (facts.territory, facts.timezone)
    others = set()
    for event in facts.consents:
        if (
            isinstance(event, ConsentGiven)
            and event.sponsor == sponsor
            and (event.territory or event.timezone)
        ):
            others.add((event.territory, event.timezone))
    others.discard(stated)
    return (stated, *sorted(others, key=str)) if others else (stated,)


def with_silences(calendar: CalleeCalendar, facts: Facts, cache: DecisionCache) -> CalleeCalendar:
    """Add the silences of the sponsor's other campaigns, unless a person signed for it (T042)."""
    if facts.campaign.silence_signoff is not None:
        return calendar
    others = (cache.silence(election, calendar.place) for election in facts.silences)
    silences = (*calendar.silences, *(silence for silence in others if silence is not None))
    return cache.calendars.of_callee(calendar.place, calendar.campaign, silences)


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it was kept: canonical facts, instant, title and hash of the pack.

    Title and hash are empty where no pack applied.
    """

    facts: str
    at: datetime
    rule_pack: str
    pack_hash: str
    decision_hash: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """A past decision, made again.

    `same` is the proof: the hash over facts and decision is that of the day.
    """

    decision: Decision
    same: bool


def replay(stored: StoredDecision, cache: DecisionCache, archive: Mapping[str, RulePack]) -> Replayed:
    """Decide again from stored inputs, with the rule pack of the day (E1, T126, T127).

    `archive` holds every pack ever used, by hash. Raise `NotFound` where the pack of that day is in
    neither,
    `InvalidInput` where the facts cannot be read.
    """
    facts = facts_from_json(stored.facts)
    again = decide(facts, stored.at, cache_of_the_day(stored, cache, archive))
    return Replayed(decision=again, same=decision_hash(facts, again) == stored.decision_hash)


def cache_of_the_day(
    stored: StoredDecision, cache: DecisionCache, archive: Mapping[str, RulePack]
) -> DecisionCache:
    """Return today's packs where they still hold that pack, else today's with it put in."""
    packs: RulePackIndex = cache.packs
    if not stored.pack_hash:
        return cache
    present = packs.titled(stored.rule_pack)
    if present is not None and present.hash == stored.pack_hash and packs.serves(present):
        return cache
    past = archive.get(stored.pack_hash, present)
    if past is None or past.hash != stored.pack_hash:
        raise NotFound(f"rule pack {stored.rule_pack} ({stored.pack_hash[:12]}) is not in the archive")
    return cache.with_pack(past)
