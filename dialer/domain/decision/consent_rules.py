"""Which of a person's consents cover this campaign now, and what speaks against the others.

See docs/rules/readings.md#consent.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from dialer.domain.base.intervals import shown
from dialer.domain.consent.basis import Basis
from dialer.domain.consent.consent import ConsentEvent, ConsentGiven, ConsentWithdrawn
from dialer.domain.decision.campaign_terms import CampaignTerms
from dialer.domain.decision.consent_scope import CALLED, MATCHERS, mismatches
from dialer.domain.decision.law import Law
from dialer.domain.rulepacks.pack_parts import FormRules
from dialer.domain.rulepacks.rule_names import RuleName
from dialer.domain.rulepacks.working_days import after_working_days

One = TypeVar("One")


@dataclass(slots=True)
class Covering:
    """A consent that is about this campaign. `ends`: where it does by itself or by the pack; `until`: where it stops to speak, which a later one may bring about. None: never."""

    consent: ConsentGiven
    ends: datetime | None
    until: datetime | None


class ConsentView(NamedTuple):
    """`matching`: right basis, sponsor, purpose and channel. `usable`: those that hold now, their windows apart. `problems`: what refuses."""

    matching: tuple[Covering, ...]
    usable: tuple[Covering, ...]
    problems: Mapping[RuleName, str]


@dataclass(slots=True)
class Question:
    """What consents are held against. `outside`: the call would leave this machine."""

    terms: CampaignTerms
    law: Law | None
    at: datetime
    withdrawals: tuple[ConsentWithdrawn, ...]
    outside: bool


Complaint = Callable[[Covering, Question], str | None]
"""The sentence why a consent fails one rule, None where it passes."""


def withdrawn(covering: Covering, question: Question) -> str | None:
    return withdrawal(covering.consent, question) if question.withdrawals else None


def withdrawal(consent: ConsentGiven, question: Question) -> str | None:
    for end in question.withdrawals:
        if end.sponsor in (None, question.terms.sponsor) and ended_by(consent, end):
            return f"withdrawn on {shown(end.withdrawn_at)} by {end.channel}"
    return None


def proof(covering: Covering, question: Question) -> str | None:
    consent, law = covering.consent, question.law
    if not consent.proof.strip() or not consent.source.strip():
        return "the consent has no proof or no source"
    if consent.basis is Basis.CONTRACT and consent.expires_at is None:
        return "the contract has no end on record"
    if law is not None and consent.act in law.unfit_acts:
        return f"{law.pack.name} takes no {consent.act} for a consent"
    if consent.given_at > question.at:
        return f"the consent is dated {shown(consent.given_at)}, after the call"
    if law is not None and law.form is not None:
        return asked_badly(consent, law.form, outside=question.outside)
    return None


def asked_badly(consent: ConsentGiven, wanted: FormRules, *, outside: bool) -> str | None:
    """Whoever opted in was told what they must be told (FC-04). Contracts and requests were made without such a form."""
    if consent.basis is not Basis.OPT_IN:
        return None
    if consent.form is None:
        return f"the consent does not say on which form it was given ({wanted.rule})" if outside else None
    missing = [mention for mention in wanted.mentions if mention not in consent.form.mentions]
    return f"the form of the consent lacks {', '.join(missing)} ({wanted.rule})" if missing else None


def expired(covering: Covering, question: Question) -> str | None:
    ends = covering.ends
    if ends is None or question.at < ends:
        return None
    consent = covering.consent
    return f"the {CALLED[consent.basis]} ended on {shown(ends)}{rule_of(consent, question.law)}"


def rule_of(consent: ConsentGiven, law: Law | None) -> str:
    """Which rule ends what is no opt-in: the pack's own id for the end of consents is that of opt-ins."""
    if law is None:
        return ""
    rules = law.pack.consent
    other = {Basis.CONTRACT: rules.contract, Basis.REQUEST: rules.request}.get(consent.basis)
    return f" ({other.rule})" if other else ""


def windowless(covering: Covering, question: Question) -> str | None:
    consent = covering.consent
    if consent.windows or consent.appointment_at or not window_required(question.law):
        return None
    return "the consent names neither a window nor an appointment"


def window_required(law: Law | None) -> bool:
    return law is not None and law.window_required


JUDGES: dict[RuleName, Complaint] = {
    RuleName.CONSENT_WITHDRAWN: withdrawn,
    RuleName.CONSENT_PROOF: proof,
    RuleName.CONSENT_EXPIRED: expired,
    RuleName.CONSENT_WINDOW: windowless,
}


def screen(
    events: tuple[ConsentEvent, ...],
    terms: CampaignTerms,
    law: Law | None,
    at: datetime,
    *,
    outside: bool,
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
    fitting, problems = sift(given, [mismatches(consent, terms, law) for consent in given], MATCHERS)
    if problems:
        return ConsentView((), (), problems)
    question = Question(terms, law, at, tuple(ends), outside)
    if len(fitting) > 1 and law is not None and law.latest_speaks:
        matching, speaking = in_turn(fitting, question)
    else:
        speaking = matching = [covering(consent, law) for consent in fitting]
    usable, problems = sift(speaking, [complaints(one, question) for one in speaking], JUDGES)
    return ConsentView(tuple(matching), tuple(usable), problems)


def in_turn(fitting: list[ConsentGiven], question: Question) -> tuple[list[Covering], list[Covering]]:
    """Those that speak at some time from now on, and those that speak now: the last given, several where they were given at once.

    Each speaks until the next is given. What was withdrawn says nothing any more; where nothing else is left, everything is judged, and
    refuses.
    """
    lasting = [consent for consent in fitting if withdrawal(consent, question) is None]
    past = [consent.given_at for consent in lasting if consent.given_at <= question.at]
    last = max(past, default=None)
    to_come = [consent for consent in lasting if last <= consent.given_at] if last else fitting
    matching = [covering(consent, question.law, to_come) for consent in to_come]
    return matching, [one for one in matching if last is None or one.consent.given_at == last]


def covering(consent: ConsentGiven, law: Law | None, others: Iterable[ConsentGiven] = ()) -> Covering:
    """`others`: those that may speak in its place."""
    until = ends = consent_end(consent, law)
    for other in others:
        if other.given_at > consent.given_at:
            until = other.given_at if until is None else min(until, other.given_at)
    return Covering(consent, ends, until)


def complaints(covering: Covering, question: Question) -> dict[RuleName, str]:
    found = {}
    for rule, complain in JUDGES.items():
        fault = complain(covering, question)
        if fault is not None:
            found[rule] = fault
    return found


def sift(
    ones: list[One], faults: list[Mapping[RuleName, str]], rules: Iterable[RuleName]
) -> tuple[list[One], Mapping[RuleName, str]]:
    """Those that pass rule after rule. Where none passes one, that rule refuses and the others are judged on all of them: no reason hides another.

    `faults`: what each fails.
    """
    if len(ones) == 1:
        return ones, faults[0]
    problems: dict[RuleName, str] = {}
    left = list(zip(ones, faults, strict=True))
    for rule in rules:
        passing = [pair for pair in left if rule not in pair[1]]
        if passing:
            left = passing
        else:
            problems[rule] = left[-1][1][rule]
    return [one for one, _ in left], problems


def ended_by(consent: ConsentGiven, withdrawal: ConsentWithdrawn) -> bool:
    """Only a later positive act counts again."""
    return consent.given_at <= withdrawal.withdrawn_at or consent.act is None


def consent_end(consent: ConsentGiven, law: Law | None) -> datetime | None:
    """The stated end, cut to the pack's longest; None where neither limits it."""
    longest = longest_life(consent, law) if law is not None else None
    if longest is None:
        return consent.expires_at
    return longest if consent.expires_at is None else min(longest, consent.expires_at)


def longest_life(consent: ConsentGiven, law: Law) -> datetime | None:
    """A contract lasts as long as it says; a request for some working days (FC-10)."""
    if consent.basis is Basis.OPT_IN:
        return None if law.max_age is None else consent.given_at + law.max_age
    request = law.pack.consent.request
    if consent.basis is Basis.REQUEST and request is not None:
        return after_working_days(consent.given_at, request.working_days, law.pack.holidays.national)
    return None
