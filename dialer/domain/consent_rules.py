"""Which of a person's consents cover this campaign now, and what speaks against the others (rules 2.10, "Consent")."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from dialer.domain.basis import Basis
from dialer.domain.campaign_terms import CampaignTerms, folded
from dialer.domain.consent import ConsentEvent, ConsentGiven, ConsentWithdrawn
from dialer.domain.intervals import shown
from dialer.domain.pack_parts import FormRules
from dialer.domain.rule_names import RuleName
from dialer.domain.rulepack import RulePack
from dialer.domain.working_days import after_working_days


class ConsentView(NamedTuple):
    """`matching`: right basis, sponsor, purpose and channel. `usable`: those that hold now, their windows apart. `problems`: what refuses.

    `in_turn`: each of `matching` speaks only until a later one does.
    """

    matching: tuple[ConsentGiven, ...]
    usable: tuple[ConsentGiven, ...]
    problems: dict[RuleName, str]
    in_turn: bool = False


class Question(NamedTuple):
    """What consents are held against. `outside`: the call would leave this machine."""

    terms: CampaignTerms
    pack: RulePack | None
    at: datetime
    withdrawals: tuple[ConsentWithdrawn, ...]
    outside: bool = False


CALLED = {Basis.OPT_IN: "consent", Basis.CONTRACT: "contract", Basis.REQUEST: "request"}
Complaint = Callable[[ConsentGiven, Question], str | None]
"""The sentence why a consent fails one rule, None where it passes."""


def basis(consent: ConsentGiven, question: Question) -> str | None:
    """A contract is no consent to other calls, and a campaign for customers is for nobody else (FC-08, FC-10)."""
    wanted, pack = question.terms.basis, question.pack
    if wanted is Basis.OPT_IN and consent.basis is wanted:
        return None
    if pack is not None and not pack.consent.takes(wanted):
        return f"{pack.name} lets nobody be called for a {CALLED[wanted]}"
    return (
        None if consent.basis is wanted else f"on record is a {CALLED[consent.basis]}, not a {CALLED[wanted]}"
    )


def sponsor(consent: ConsentGiven, question: Question) -> str | None:
    if consent.sponsor == question.terms.sponsor:
        return None
    return f"consent was given to {consent.sponsor!r}, not to {question.terms.sponsor!r}"


def purpose(consent: ConsentGiven, question: Question) -> str | None:
    purposes = question.terms.purposes
    if consent.purpose in purposes or folded(consent.purpose) in purposes:
        return None
    return f"consent for {consent.purpose!r} does not cover this campaign"


def channel(consent: ConsentGiven, question: Question) -> str | None:
    means = question.pack.consent.channel if question.pack else "automated_voice"
    return (
        None if folded(consent.channel) == means else f"consent is for {consent.channel!r}, not for {means}"
    )


def withdrawn(consent: ConsentGiven, question: Question) -> str | None:
    for end in question.withdrawals:
        if end.sponsor in (None, question.terms.sponsor) and ended_by(consent, end):
            return f"withdrawn on {shown(end.withdrawn_at)} by {end.channel}"
    return None


def proof(consent: ConsentGiven, question: Question) -> str | None:
    if not consent.proof.strip() or not consent.source.strip():
        return "the consent has no proof or no source"
    if consent.basis is Basis.CONTRACT and consent.expires_at is None:
        return "the contract has no end on record"
    if question.pack is not None and consent.act in question.pack.consent.unfit_acts:
        return f"{question.pack.name} takes no {consent.act} for a consent"
    if consent.given_at > question.at:
        return f"the consent is dated {shown(consent.given_at)}, after the call"
    if question.pack is not None and question.pack.consent.form is not None:
        return asked_badly(consent, question.pack.consent.form, outside=question.outside)
    return None


def asked_badly(consent: ConsentGiven, wanted: FormRules, *, outside: bool) -> str | None:
    """Whoever opted in was told what they must be told (FC-04). Contracts and requests were made without such a form."""
    if consent.basis is not Basis.OPT_IN:
        return None
    if consent.form is None:
        return f"the consent does not say on which form it was given ({wanted.rule})" if outside else None
    missing = [mention for mention in wanted.mentions if mention not in consent.form.mentions]
    return f"the form of the consent lacks {', '.join(missing)} ({wanted.rule})" if missing else None


def expired(consent: ConsentGiven, question: Question) -> str | None:
    ends = consent_end(consent, question.pack)
    if ends is None or question.at < ends:
        return None
    return f"the {CALLED[consent.basis]} ended on {shown(ends)}{law_of(consent, question.pack)}"


def law_of(consent: ConsentGiven, pack: RulePack | None) -> str:
    """Which rule ends what is no opt-in: the pack's own id for the end of consents is that of opt-ins."""
    other = pack and {Basis.CONTRACT: pack.consent.contract, Basis.REQUEST: pack.consent.request}.get(
        consent.basis
    )
    return f" ({other.rule})" if other else ""


def windowless(consent: ConsentGiven, question: Question) -> str | None:
    required = question.pack is not None and question.pack.consent.window_required
    if not required or consent.windows or consent.appointment_at:
        return None
    return "the consent names neither a window nor an appointment"


MATCHERS: tuple[tuple[RuleName, Complaint], ...] = (
    (RuleName.CONSENT, basis),
    (RuleName.CONSENT_SPONSOR, sponsor),
    (RuleName.CONSENT_PURPOSE, purpose),
    (RuleName.CONSENT_CHANNEL, channel),
)
JUDGES: tuple[tuple[RuleName, Complaint], ...] = (
    (RuleName.CONSENT_WITHDRAWN, withdrawn),
    (RuleName.CONSENT_PROOF, proof),
    (RuleName.CONSENT_EXPIRED, expired),
    (RuleName.CONSENT_WINDOW, windowless),
)


def screen(
    events: tuple[ConsentEvent, ...],
    terms: CampaignTerms,
    pack: RulePack | None,
    at: datetime,
    *,
    outside: bool = False,
) -> ConsentView:
    """Judge the consents of a number at `at`: one that passes every rule is enough, the latest where the pack hears that one alone."""
    given, ends = [], []
    for event in events:
        if isinstance(event, ConsentGiven):
            given.append(event)
        else:
            ends.append(event)
    if not given:
        return ConsentView((), (), {RuleName.CONSENT: "no consent of this number is recorded"})
    question = Question(terms, pack, at, tuple(ends), outside)
    matching, problems = sift(tuple(given), MATCHERS, question)
    if problems:
        return ConsentView((), (), problems)
    in_turn = len(matching) > 1 and pack is not None and pack.consent.of_several == "latest"
    speaking = matching
    if in_turn:
        matching, speaking = latest(matching, question)
    usable, problems = sift(speaking, JUDGES, question)
    return ConsentView(matching, usable, problems, in_turn)


def latest(
    matching: tuple[ConsentGiven, ...], question: Question
) -> tuple[tuple[ConsentGiven, ...], tuple[ConsentGiven, ...]]:
    """Those that speak at some time from now on, and those that speak now: the last given, several where they were given at once.

    What was withdrawn says nothing any more; where nothing else is left, everything is judged, and refuses.
    """
    lasting = [consent for consent in matching if withdrawn(consent, question) is None]
    past = [consent.given_at for consent in lasting if consent.given_at <= question.at]
    if not past:
        return matching, matching
    last = max(past)
    to_come = tuple(consent for consent in lasting if consent.given_at >= last)
    return to_come, tuple(consent for consent in to_come if consent.given_at == last)


def sift(
    consents: tuple[ConsentGiven, ...], rules: tuple[tuple[RuleName, Complaint], ...], question: Question
) -> tuple[tuple[ConsentGiven, ...], dict[RuleName, str]]:
    """Those that pass rule after rule. Where none passes one, that rule refuses and the others are judged on all of them: no reason hides another."""
    problems: dict[RuleName, str] = {}
    if len(consents) == 1:
        for rule, complaint in rules:
            fault = complaint(consents[0], question)
            if fault is not None:
                problems[rule] = fault
        return consents, problems
    for rule, complaint in rules:
        faults = [complaint(consent, question) for consent in consents]
        if None not in faults:
            problems[rule] = next(fault for fault in reversed(faults) if fault)
        else:
            consents = tuple(c for c, fault in zip(consents, faults, strict=True) if fault is None)
    return consents, problems


def ended_by(consent: ConsentGiven, withdrawal: ConsentWithdrawn) -> bool:
    """Only a later positive act counts again."""
    return consent.given_at <= withdrawal.withdrawn_at or consent.act is None


def consent_end(consent: ConsentGiven, pack: RulePack | None) -> datetime | None:
    """The stated end, cut to the pack's longest; None where neither limits it."""
    longest = longest_life(consent, pack) if pack is not None else None
    if longest is None:
        return consent.expires_at
    return longest if consent.expires_at is None else min(longest, consent.expires_at)


def longest_life(consent: ConsentGiven, pack: RulePack) -> datetime | None:
    """A contract lasts as long as it says; a request for some working days (FC-10)."""
    if consent.basis is Basis.OPT_IN:
        max_age = pack.consent.max_age
        return None if max_age is None else consent.given_at + max_age
    if consent.basis is Basis.REQUEST and pack.consent.request is not None:
        days = pack.consent.request.working_days
        return after_working_days(consent.given_at, days, pack.holidays.national)
    return None


def speaks_until(consent: ConsentGiven, view: ConsentView, pack: RulePack | None) -> datetime | None:
    """Its end, or where consents speak in turn the giving of the next, if that comes first; None where nothing ends it."""
    ends = consent_end(consent, pack)
    if view.in_turn:
        later = [other.given_at for other in view.matching if other.given_at > consent.given_at]
        return min([*later, *([ends] if ends is not None else [])], default=None)
    return ends
