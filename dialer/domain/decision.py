"""The decision: one ordered list of named pure rules. Every rule that refuses is listed; unknown means no (design, "Two locks")."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from dialer.domain.caller_id import trunk_complaint
from dialer.domain.campaign import CampaignState
from dialer.domain.caps import capped, delivered, too_soon
from dialer.domain.case import Case, prepare
from dialer.domain.decision_record import Decision, Reason, ReasonCode
from dialer.domain.facts import Facts
from dialer.domain.intervals import shown
from dialer.domain.judgement import Standing, stand
from dialer.domain.next_open import next_open
from dialer.domain.number_plan import NumberFacts
from dialer.domain.phone_text import PhoneError, PhoneErrorCode
from dialer.domain.place import Place
from dialer.domain.rule_names import RuleName
from dialer.domain.rulepack import PackShelf

Check = Callable[[Case, Standing], str | None]
"""The sentence of a refusal, None where the rule has nothing to say."""
PROJECT_RULE = "2.10"
"""The id of rules that are the program's own, and of all rules where no pack is in force."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` finds the id in the pack's own text; None for a rule of the program."""

    code: ReasonCode
    check: Check
    name: RuleName | None = None


def number_complaint(code: PhoneErrorCode) -> Check:
    def check(case: Case, _: Standing) -> str | None:
        number = case.number
        return number.detail if isinstance(number, PhoneError) and number.reason is code else None

    return check


def own_number(case: Case, _: Standing) -> str | None:
    number = case.facts.number
    if number in case.terms.own_numbers or any(
        entry.number == number for entry in case.facts.trunk.caller_ids
    ):
        return "the number is our own"
    return None


def fictional_number(case: Case, _: Standing) -> str | None:
    if isinstance(case.number, NumberFacts) and case.number.fictional and not case.facts.trunk.loopback:
        return "a number set aside for fiction is dialled on loopback trunks only"
    return None


def denied_number(case: Case, _: Standing) -> str | None:
    if case.pack and case.facts.number.startswith(case.pack.denied_numbers):
        return "the number is on the rule pack's list of lines never to call"
    return None


def jurisdiction(case: Case, _: Standing) -> str | None:
    if case.pack is None or not isinstance(case.number, NumberFacts):
        return None
    stated = case.place.territories if isinstance(case.place, Place) else ()
    foreign = sorted({*case.number.territories, *stated} - set(case.pack.territories))
    return f"{' and '.join(foreign)} is outside of {case.pack.name}" if foreign else None


def timezone(case: Case, _: Standing) -> str | None:
    return case.place if isinstance(case.place, str) else None


def no_rule_pack(case: Case, _: Standing) -> str | None:
    if case.pack is None:
        return f"no rule pack {case.profile!r} is in force on the callee's date"
    return None


def provenance(case: Case, _: Standing) -> str | None:
    if case.facts.on_list and case.facts.source_class is None:
        return "the list does not say where the number comes from"
    return None


def sector(case: Case, _: Standing) -> str | None:
    if case.pack and case.terms.sector in case.pack.forbidden_sectors:
        return f"calls for {case.facts.campaign.sector!r} are forbidden, even with consent"
    return None


def caller_id(case: Case, _: Standing) -> str | None:
    if not isinstance(case.place, Place) or case.pack is None:
        return None
    if not set(case.place.territories) & set(case.pack.territories):
        return None
    if case.caller_id is None:
        return f"no verified number of this campaign may be shown in {' or '.join(case.place.territories)}"
    return trunk_complaint(case.caller_id, case.facts.trunk, case.at)


def suppressed(case: Case, _: Standing) -> str | None:
    for opposition in case.facts.suppressions:
        if opposition.sponsor is None or opposition.sponsor == case.terms.sponsor:
            return f"opposed on {shown(opposition.received_at)} by {opposition.channel}"
    return None


def consent_problem(name: RuleName) -> Check:
    def check(case: Case, _: Standing) -> str | None:
        return case.consent.problems.get(name)

    return check


def outside_window(_: Case, standing: Standing) -> str | None:
    return standing.outside_window


def outside_hours(_: Case, standing: Standing) -> str | None:
    return standing.outside_hours


def holiday(_: Case, standing: Standing) -> str | None:
    return standing.holiday


def rings_past(end: Callable[[Case, Standing], datetime | None], what: str) -> Check:
    def check(case: Case, standing: Standing) -> str | None:
        limit = end(case, standing)
        if limit is not None and case.at < limit < case.at + case.terms.ring:
            return f"ringing for {case.terms.ring.seconds} s would pass the end of {what} at {shown(limit)}"
        return None

    return check


def silence(case: Case, _: Standing) -> str | None:
    for quiet in case.silences:
        last = quiet.last_start(case.terms.call)
        if last is None and case.at < quiet.ends_at:
            return f"no poll date is known for the callee's territory in election {quiet.election_id!r}"
        if last is not None and last < case.at < quiet.ends_at:
            return f"electoral silence of {quiet.election_id!r} lasts until {shown(quiet.ends_at)}; no call may run into it"
    return None


def ended(case: Case, _: Standing) -> str | None:
    if case.at >= case.terms.ends_at:
        return f"the campaign ended on {shown(case.terms.ends_at)}"
    if case.terms.election and case.at >= case.terms.election.ends_at:
        return (
            f"the election {case.terms.election.election_id!r} is over; another round needs another campaign"
        )
    system = case.facts.system
    if system and system.campaign_state in (CampaignState.STOPPED, CampaignState.COMPLETED):
        return f"the campaign is {system.campaign_state}"
    return None


def not_running(case: Case, _: Standing) -> str | None:
    system = case.facts.system
    if system and system.campaign_state is not CampaignState.RUNNING:
        return f"the campaign is {system.campaign_state}"
    if case.at < case.terms.starts_at:
        return f"the campaign starts on {shown(case.terms.starts_at)}"
    return None


def cap(case: Case, _: Standing) -> str | None:
    facts = case.facts
    if case.pack is None or not facts.attempts:
        return None
    return capped(facts.attempts, case.pack, case.at)


def spent(case: Case, _: Standing) -> str | None:
    made = sum(
        attempt.counts and attempt.campaign_id == case.facts.campaign_id for attempt in case.facts.attempts
    )
    most = case.facts.campaign.retry.max_attempts
    return f"{made} attempts in this campaign, of {most} allowed" if made >= most else None


def gap(case: Case, _: Standing) -> str | None:
    if case.pack is None or not case.facts.attempts:
        return None
    return too_soon(case.facts.attempts, case.pack, case.terms, case.at)


def already_delivered(case: Case, _: Standing) -> str | None:
    return delivered(case.facts.attempts, case.facts.campaign_id) if case.facts.attempts else None


def halted(case: Case, _: Standing) -> str | None:
    return "calling is halted" if case.facts.system and case.facts.system.halted else None


def clock(case: Case, _: Standing) -> str | None:
    if case.facts.system and not case.facts.system.clock_trusted:
        return "the clock cannot be trusted"
    return None


def ledger(case: Case, _: Standing) -> str | None:
    if case.facts.system and not case.facts.system.ledger_writable:
        return "the ledger cannot be written"
    return None


RULES: tuple[Rule, ...] = (
    Rule(ReasonCode.INVALID_NUMBER, number_complaint(PhoneErrorCode.INVALID_NUMBER), RuleName.NUMBER),
    Rule(ReasonCode.FORBIDDEN_NUMBER, number_complaint(PhoneErrorCode.FORBIDDEN_NUMBER), RuleName.NUMBER),
    Rule(ReasonCode.FORBIDDEN_NUMBER, own_number, RuleName.OWN_NUMBER),
    Rule(ReasonCode.FORBIDDEN_NUMBER, fictional_number, RuleName.TEST_NUMBER),
    Rule(ReasonCode.FORBIDDEN_NUMBER, denied_number, RuleName.DENIED_NUMBER),
    Rule(ReasonCode.JURISDICTION, number_complaint(PhoneErrorCode.JURISDICTION), RuleName.JURISDICTION),
    Rule(ReasonCode.JURISDICTION, jurisdiction, RuleName.JURISDICTION),
    Rule(ReasonCode.UNKNOWN_TIMEZONE, timezone, RuleName.TIMEZONE),
    Rule(ReasonCode.NO_RULE_PACK, no_rule_pack),
    Rule(ReasonCode.PROVENANCE, provenance, RuleName.PROVENANCE),
    Rule(ReasonCode.SUPPRESSED, suppressed, RuleName.SUPPRESSED),
    Rule(ReasonCode.NO_CONSENT, consent_problem(RuleName.CONSENT), RuleName.CONSENT),
    Rule(ReasonCode.CONSENT_SPONSOR, consent_problem(RuleName.CONSENT_SPONSOR), RuleName.CONSENT_SPONSOR),
    Rule(ReasonCode.CONSENT_PURPOSE, consent_problem(RuleName.CONSENT_PURPOSE), RuleName.CONSENT_PURPOSE),
    Rule(ReasonCode.CONSENT_CHANNEL, consent_problem(RuleName.CONSENT_CHANNEL), RuleName.CONSENT_CHANNEL),
    Rule(
        ReasonCode.CONSENT_WITHDRAWN, consent_problem(RuleName.CONSENT_WITHDRAWN), RuleName.CONSENT_WITHDRAWN
    ),
    Rule(ReasonCode.CONSENT_PROOF, consent_problem(RuleName.CONSENT_PROOF), RuleName.CONSENT_PROOF),
    Rule(ReasonCode.CONSENT_EXPIRED, consent_problem(RuleName.CONSENT_EXPIRED), RuleName.CONSENT_EXPIRED),
    Rule(ReasonCode.CONSENT_NO_WINDOW, consent_problem(RuleName.CONSENT_WINDOW), RuleName.CONSENT_WINDOW),
    Rule(ReasonCode.OUT_OF_CONSENT_WINDOW, outside_window, RuleName.OUTSIDE_CONSENT_WINDOW),
    Rule(ReasonCode.OUT_OF_LEGAL_HOURS, outside_hours, RuleName.HOURS),
    Rule(ReasonCode.HOLIDAY, holiday, RuleName.HOLIDAY),
    Rule(ReasonCode.ELECTORAL_SILENCE, silence, RuleName.SILENCE),
    Rule(
        ReasonCode.WOULD_RING_PAST_END, rings_past(lambda _, s: s.open_until, "calling time"), RuleName.RING
    ),
    Rule(ReasonCode.WOULD_RING_PAST_END, rings_past(lambda _, s: s.window_ends, "the window"), RuleName.RING),
    Rule(ReasonCode.WOULD_RING_PAST_END, rings_past(lambda _, s: s.hours_end, "legal hours"), RuleName.RING),
    Rule(ReasonCode.WOULD_RING_PAST_END, rings_past(lambda c, _: c.terms.ends_at, "the campaign")),
    Rule(ReasonCode.CALLER_ID, caller_id, RuleName.CALLER_ID),
    Rule(ReasonCode.SECTOR, sector, RuleName.SECTOR),
    Rule(ReasonCode.CAPPED, cap, RuleName.CAP),
    Rule(ReasonCode.CAPPED, spent),
    Rule(ReasonCode.RECALL_TOO_SOON, gap, RuleName.GAP),
    Rule(ReasonCode.ALREADY_DELIVERED, already_delivered, RuleName.DELIVERED),
    Rule(ReasonCode.CAMPAIGN_NOT_RUNNING, not_running),
    Rule(ReasonCode.CAMPAIGN_ENDED, ended),
    Rule(ReasonCode.HALTED, halted),
    Rule(ReasonCode.CLOCK, clock),
    Rule(ReasonCode.LEDGER, ledger),
)


def decide(facts: Facts, packs: PackShelf, at: datetime) -> Decision:
    """May this number be called at `at` (aware)? Raise `ValueError` for a naive instant."""
    case = prepare(facts, packs, at)
    standing = stand(case)
    reasons = tuple(
        Reason(rule_id(case, rule), rule.code, detail)
        for rule in RULES
        if (detail := rule.check(case, standing)) is not None
    )
    until = permit_until(case, standing) if not reasons else None
    return Decision(
        at=case.at,
        permitted=until is not None,
        reasons=reasons,
        permit_until=until,
        next_open=case.at if until is not None else next_open(case),
        zones=case.place.zones if isinstance(case.place, Place) else (),
        rule_pack=case.pack.title if case.pack else "",
        pack_hash=case.pack.hash if case.pack else "",
        caller_id=case.caller_id,
    )


def refuse_number(error: PhoneError, at: datetime) -> Decision:
    """The refusal of a text that is no number to call: nothing else about it can be judged."""
    reason = Reason(PROJECT_RULE, ReasonCode(error.reason.value), error.detail)
    return Decision(at.astimezone(UTC), False, (reason,), None, None, (), "", "", None)


def rule_id(case: Case, rule: Rule) -> str:
    return case.pack.rules[rule.name] if case.pack and rule.name else PROJECT_RULE


def permit_until(case: Case, standing: Standing) -> datetime:
    """The last instant at which the INVITE may leave so that nobody's phone rings past an end, nor any call lasts into silence."""
    if standing.last_start is None:
        raise AssertionError("nothing refused, yet nothing is open")
    limit = min(standing.last_start, case.terms.ends_at - case.terms.ring)
    for quiet in case.silences:
        last = quiet.last_start(case.terms.call)
        if last is not None and case.at <= last:
            limit = min(limit, last)
    return limit
