"""Consents of a person: which cover this campaign now, and which rules the others fail.

See docs/rules/readings.md#consent.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from dialer.domain.base.intervals import shown
from dialer.domain.base.memory import remembered
from dialer.domain.campaigns.campaign_terms import CampaignTerms, folded
from dialer.domain.consent import Basis, ConsentGiven
from dialer.domain.decision.context import ConsentView, Covering, DecisionContext, Problems
from dialer.domain.decision.record import ReasonCode
from dialer.domain.rulepacks.pack_parts import FormRules
from dialer.domain.rulepacks.public_holidays import after_working_days
from dialer.domain.rulepacks.rulepack import CompiledRulePack

One = TypeVar("One")
CALLED = {Basis.OPT_IN: "consent", Basis.CONTRACT: "contract", Basis.REQUEST: "request"}


class Scope(NamedTuple):
    """The scope of a consent, as collected, beside the demand of the campaign."""

    basis: Basis
    sponsor: str
    purpose: str
    channel: str
    campaign: CampaignTerms
    pack: CompiledRulePack | None


Mismatch = Callable[[Scope], str | None]
"""A rule of scope: why a consent is not about this campaign; None where it passes."""


def basis(scope: Scope) -> str | None:
    """Refuse a consent on another basis than the campaign's, or one that the pack does not take.

    A contract is no consent to other calls; a campaign for customers calls them alone (FC-08,
    FC-10).
    """
    wanted, pack = scope.campaign.basis, scope.pack
    if wanted is Basis.OPT_IN and scope.basis is wanted:
        return None
    if pack is not None and not pack.pack.consent.takes(wanted):
        return f"{pack.pack.name} lets nobody be called for a {CALLED[wanted]}"
    return None if scope.basis is wanted else f"on record is a {CALLED[scope.basis]}, not a {CALLED[wanted]}"


def sponsor(scope: Scope) -> str | None:
    if scope.sponsor == scope.campaign.sponsor:
        return None
    return f"consent was given to {scope.sponsor!r}, not to {scope.campaign.sponsor!r}"


def purpose(scope: Scope) -> str | None:
    if folded(scope.purpose) in scope.campaign.purposes:
        return None
    return f"consent for {scope.purpose!r} does not cover this campaign"


def channel(scope: Scope) -> str | None:
    means = scope.pack.pack.consent.channel if scope.pack else "automated_voice"
    return None if folded(scope.channel) == means else f"consent is for {scope.channel!r}, not for {means}"


SCOPE_RULES: dict[ReasonCode, Mismatch] = {
    ReasonCode.NO_CONSENT: basis,
    ReasonCode.CONSENT_SPONSOR: sponsor,
    ReasonCode.CONSENT_PURPOSE: purpose,
    ReasonCode.CONSENT_CHANNEL: channel,
}


class ScopeRules:
    """The rules of scope, remembered, as millions of consents say the same four words."""

    @remembered(4096)
    def problems(
        self,
        basis: Basis,
        sponsor: str,
        purpose: str,
        channel: str,
        campaign: CampaignTerms,
        pack: CompiledRulePack | None,
    ) -> Problems:
        """Return the rules that a consent fails."""
        scope = Scope(basis, sponsor, purpose, channel, campaign, pack)
        return {code: fault for code, rule in SCOPE_RULES.items() if (fault := rule(scope)) is not None}


Complaint = Callable[[Covering, DecisionContext, datetime], str | None]
"""A rule of validity: why a consent fails it at an instant; None where it passes."""


def withdrawn(covering: Covering, context: DecisionContext, _: datetime) -> str | None:
    return withdrawal(covering.consent, context)


def withdrawal(consent: ConsentGiven, context: DecisionContext) -> str | None:
    """Say how a consent was withdrawn from this sponsor, or from all."""
    for event in context.facts.consents:
        if isinstance(event, ConsentGiven) or event.sponsor not in (None, context.campaign.sponsor):
            continue
        # Only a later positive act counts again.
        if consent.given_at <= event.withdrawn_at or consent.act is None:
            return f"withdrawn on {shown(event.withdrawn_at)} by {event.channel}"
    return None


def proof(covering: Covering, context: DecisionContext, at: datetime) -> str | None:
    consent, pack = covering.consent, context.pack
    if not consent.proof.strip() or not consent.source.strip():
        return "the consent has no proof or no source"
    if consent.basis is Basis.CONTRACT and consent.expires_at is None:
        return "the contract has no end on record"
    if pack is not None and consent.act in pack.unfit_acts:
        return f"{pack.pack.name} takes no {consent.act} for a consent"
    if consent.given_at > at:
        return f"the consent is dated {shown(consent.given_at)}, after the call"
    if pack is not None and pack.form is not None:
        return form_problem(consent, pack.form, outside=not context.facts.trunk.loopback)
    return None


def form_problem(consent: ConsentGiven, wanted: FormRules, *, outside: bool) -> str | None:
    """Demand the form's mentions of an opt-in (FC-04); contracts and requests have no such form.

    `outside`: the call would leave this machine.
    """
    if consent.basis is not Basis.OPT_IN:
        return None
    if consent.form is None:
        return f"the consent does not say on which form it was given ({wanted.rule})" if outside else None
    missing = [mention for mention in wanted.mentions if mention not in consent.form.mentions]
    return f"the form of the consent lacks {', '.join(missing)} ({wanted.rule})" if missing else None


def expired(covering: Covering, context: DecisionContext, at: datetime) -> str | None:
    ends = covering.ends
    if ends is None or at < ends:
        return None
    consent = covering.consent
    return f"the {CALLED[consent.basis]} ended on {shown(ends)}{ending_rule(consent, context.pack)}"


def ending_rule(consent: ConsentGiven, pack: CompiledRulePack | None) -> str:
    """Name the rule that ends a contract or request.

    The pack's own id for the end of consents is that of opt-ins.
    """
    if pack is None:
        return ""
    rules = pack.pack.consent
    other = {Basis.CONTRACT: rules.contract, Basis.REQUEST: rules.request}.get(consent.basis)
    return f" ({other.rule})" if other else ""


def windowless(covering: Covering, context: DecisionContext, _: datetime) -> str | None:
    consent, pack = covering.consent, context.pack
    if consent.windows or consent.appointment_at or pack is None or not pack.window_required:
        return None
    return "the consent names neither a window nor an appointment"


VALIDITY_RULES: dict[ReasonCode, Complaint] = {
    ReasonCode.CONSENT_WITHDRAWN: withdrawn,
    ReasonCode.CONSENT_PROOF: proof,
    ReasonCode.CONSENT_EXPIRED: expired,
    ReasonCode.CONSENT_NO_WINDOW: windowless,
}


def validity_problems(covering: Covering, context: DecisionContext, at: datetime) -> dict[ReasonCode, str]:
    """Return the sentences of the validity rules that a consent fails at an instant."""
    found = {}
    for code, complain in VALIDITY_RULES.items():
        problem = complain(covering, context, at)
        if problem is not None:
            found[code] = problem
    return found


NO_CONSENT = ConsentView((), (), {ReasonCode.NO_CONSENT: "no consent of this number is recorded"})
NOT_ON_LIST = ConsentView((), (), {ReasonCode.NO_CONSENT: "the number is not on the list of this campaign"})


def judge_consents(context: DecisionContext, scope_rules: ScopeRules) -> ConsentView:
    """Judge the consents of a number at one instant. One that passes every rule is enough.

    Where the pack hears the latest alone, only that one counts.
    """
    campaign, pack = context.campaign, context.pack
    if not context.facts.on_list:
        return NOT_ON_LIST
    given: list[ConsentGiven] = []
    faults: list[Problems] = []
    for one in context.facts.consents:
        if isinstance(one, ConsentGiven):
            given.append(one)
            faults.append(
                scope_rules.problems(one.basis, one.sponsor, one.purpose, one.channel, campaign, pack)
            )
    if not given:
        return NO_CONSENT
    fitting, problems = sift(given, faults, SCOPE_RULES)
    if problems:
        return ConsentView((), (), problems)
    if len(fitting) > 1 and pack is not None and pack.latest_speaks:
        matching, speaking = in_turn(fitting, context)
    else:
        speaking = matching = [covering(one, pack) for one in fitting]
    found = [validity_problems(one, context, context.at) for one in speaking]
    usable, problems = sift(speaking, found, VALIDITY_RULES)
    return ConsentView(matching, usable, problems)


def usable_in_turn(context: DecisionContext) -> Sequence[Covering]:
    """Return the matching consents that are usable from now or from when they are given.

    A consent that fails a rule which another passes is not: at its turn the other alone is judged.
    """
    matching = context.consent.matching
    if len(matching) < 2:
        return matching
    found = [validity_problems(one, context, max(context.at, one.consent.given_at)) for one in matching]
    return sift(matching, found, VALIDITY_RULES)[0]


def in_turn(
    fitting: Sequence[ConsentGiven], context: DecisionContext
) -> tuple[list[Covering], list[Covering]]:
    """Return the consents that count at some time from now on, and the ones that count now.

    Each counts until the next is given; several count where they were given at once. A withdrawn
    one does not count any more. Where no other is left, all are judged, and refuse.
    """
    lasting = [consent for consent in fitting if withdrawal(consent, context) is None]
    past = [consent.given_at for consent in lasting if consent.given_at <= context.at]
    last = max(past, default=None)
    to_come = [one for one in lasting if last is None or last <= one.given_at] or fitting
    matching = [covering(consent, context.pack, to_come) for consent in to_come]
    return matching, [one for one in matching if last is None or one.consent.given_at == last]


def covering(
    consent: ConsentGiven, pack: CompiledRulePack | None, others: Iterable[ConsentGiven] = ()
) -> Covering:
    """Find the end of a consent. `others` are the consents that may take its place."""
    until = ends = consent_end(consent, pack)
    for other in others:
        if other.given_at > consent.given_at:
            until = other.given_at if until is None else min(until, other.given_at)
    return Covering(consent, ends, until)


def sift(
    ones: Sequence[One], problems: Sequence[Problems], rules: Iterable[ReasonCode]
) -> tuple[Sequence[One], Problems]:
    """Return the candidates that pass rule after rule, and the rules that refuse.

    `problems` holds the failed rules of each. Where none passes one rule, that rule refuses and the
    others are judged on all of them: no reason hides another.
    """
    if len(ones) == 1:
        return ones, problems[0]
    refusing: dict[ReasonCode, str] = {}
    left = list(zip(ones, problems, strict=True))
    for rule in rules:
        passing = [pair for pair in left if rule not in pair[1]]
        if passing:
            left = passing
        else:
            refusing[rule] = left[-1][1][rule]
    return [one for one, _ in left], refusing


def consent_end(consent: ConsentGiven, pack: CompiledRulePack | None) -> datetime | None:
    """Return the stated end, cut to the pack's longest; None where neither limits it."""
    longest, stated = longest_life(consent, pack) if pack is not None else None, consent.expires_at
    if longest is None or (stated is not None and stated < longest):
        return stated
    return longest


def longest_life(consent: ConsentGiven, pack: CompiledRulePack) -> datetime | None:
    """Return the last instant to which the pack lets a consent live; None where it sets no limit.

    A contract lasts as long as it says; a request for some working days (FC-10).
    """
    if consent.basis is Basis.OPT_IN:
        return None if pack.max_age is None else consent.given_at + pack.max_age
    request = pack.pack.consent.request
    if consent.basis is Basis.REQUEST and request is not None:
        return after_working_days(consent.given_at, request.working_days, pack.pack.holidays.national)
    return None
