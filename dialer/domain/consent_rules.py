"""Which of a person's consents cover this campaign now, and what speaks against the others (rules 2.10, "Consent")."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from dialer.domain.campaign_terms import CampaignTerms, folded
from dialer.domain.consent import ConsentEvent, ConsentGiven, ConsentWithdrawn
from dialer.domain.intervals import shown
from dialer.domain.rule_names import RuleName
from dialer.domain.rulepack import RulePack


class ConsentView(NamedTuple):
    """`matching`: right sponsor, purpose and channel. `usable`: those that hold now, their windows apart. `problems`: what refuses."""

    matching: tuple[ConsentGiven, ...]
    usable: tuple[ConsentGiven, ...]
    problems: dict[RuleName, str]


class Question(NamedTuple):
    """What consents are held against."""

    terms: CampaignTerms
    pack: RulePack | None
    at: datetime
    withdrawals: tuple[ConsentWithdrawn, ...]


Complaint = Callable[[ConsentGiven, Question], str | None]
"""The sentence why a consent fails one rule, None where it passes."""


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
    if consent.given_at > question.at:
        return f"the consent is dated {shown(consent.given_at)}, after the call"
    return None


def expired(consent: ConsentGiven, question: Question) -> str | None:
    ends = consent_end(consent, question.pack)
    return f"the consent ended on {shown(ends)}" if ends is not None and question.at >= ends else None


def windowless(consent: ConsentGiven, question: Question) -> str | None:
    required = question.pack is not None and question.pack.consent.window_required
    if not required or consent.windows or consent.appointment_at:
        return None
    return "the consent names neither a window nor an appointment"


MATCHERS: tuple[tuple[RuleName, Complaint], ...] = (
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
    events: tuple[ConsentEvent, ...], terms: CampaignTerms, pack: RulePack | None, at: datetime
) -> ConsentView:
    """Judge the consents of a number at `at`. Any one that passes every rule is enough."""
    given, ends = [], []
    for event in events:
        if isinstance(event, ConsentGiven):
            given.append(event)
        else:
            ends.append(event)
    if not given:
        return ConsentView((), (), {RuleName.CONSENT: "no consent of this number is recorded"})
    question = Question(terms, pack, at, tuple(ends))
    matching, problems = sift(tuple(given), MATCHERS, question)
    if problems:
        return ConsentView((), (), problems)
    usable, problems = sift(matching, JUDGES, question)
    return ConsentView(matching, usable, problems)


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
    max_age = pack.consent.max_age if pack else None
    if max_age is None:
        return consent.expires_at
    longest = consent.given_at + max_age
    return longest if consent.expires_at is None else min(longest, consent.expires_at)
