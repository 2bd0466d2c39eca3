"""Which of a person's consents cover this campaign now, and what speaks against the others (rules 2.10, "Consent")."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.domain.campaign_terms import CampaignTerms, folded
from dialer.domain.consent import ConsentEvent, ConsentGiven, ConsentWithdrawn
from dialer.domain.intervals import shown
from dialer.domain.rule_names import RuleName
from dialer.domain.rulepack import RulePack

Complaint = Callable[[ConsentGiven], str | None]


@dataclass(frozen=True, slots=True)
class ConsentView:
    """`matching`: right sponsor, purpose and channel. `usable`: those that hold now, their windows apart. `problems`: what refuses."""

    matching: tuple[ConsentGiven, ...]
    usable: tuple[ConsentGiven, ...]
    problems: dict[RuleName, str]


def sift(
    consents: tuple[ConsentGiven, ...], rule: RuleName, complaint: Complaint, problems: dict[RuleName, str]
) -> tuple[ConsentGiven, ...]:
    """Those without complaint. Where all have one the rule refuses, and the others are judged on all of them: no reason hides another."""
    kept, why = [], ""
    for consent in consents:
        if (fault := complaint(consent)) is None:
            kept.append(consent)
        else:
            why = fault
    if kept:
        return tuple(kept)
    problems[rule] = why
    return consents


def screen(
    events: tuple[ConsentEvent, ...], terms: CampaignTerms, pack: RulePack | None, at: datetime
) -> ConsentView:
    """Judge the consents of a number at `at`. Any one that passes every rule is enough."""
    given = tuple(event for event in events if isinstance(event, ConsentGiven))
    if not given:
        return ConsentView((), (), {RuleName.CONSENT: "no consent of this number is recorded"})
    problems: dict[RuleName, str] = {}
    for rule, complaint in matchers(terms, pack):
        given = sift(given, rule, complaint, problems)
    if problems:
        return ConsentView((), (), problems)
    matching = given
    withdrawals = tuple(event for event in events if isinstance(event, ConsentWithdrawn))
    for rule, complaint in judges(withdrawals, terms, pack, at):
        given = sift(given, rule, complaint, problems)
    return ConsentView(matching, given, problems)


def matchers(terms: CampaignTerms, pack: RulePack | None) -> tuple[tuple[RuleName, Complaint], ...]:
    channel = pack.consent.channel if pack else "automated_voice"

    def sponsor(consent: ConsentGiven) -> str | None:
        if consent.sponsor == terms.sponsor:
            return None
        return f"consent was given to {consent.sponsor!r}, not to {terms.sponsor!r}"

    def purpose(consent: ConsentGiven) -> str | None:
        if folded(consent.purpose) in terms.purposes:
            return None
        return f"consent for {consent.purpose!r} does not cover this campaign"

    def means(consent: ConsentGiven) -> str | None:
        if folded(consent.channel) == channel:
            return None
        return f"consent is for {consent.channel!r}, not for {channel}"

    return (
        (RuleName.CONSENT_SPONSOR, sponsor),
        (RuleName.CONSENT_PURPOSE, purpose),
        (RuleName.CONSENT_CHANNEL, means),
    )


def judges(
    withdrawals: tuple[ConsentWithdrawn, ...], terms: CampaignTerms, pack: RulePack | None, at: datetime
) -> tuple[tuple[RuleName, Complaint], ...]:
    def withdrawn(consent: ConsentGiven) -> str | None:
        ends = [end for end in withdrawals if end.sponsor in (None, terms.sponsor) and ended_by(consent, end)]
        return f"withdrawn on {shown(ends[-1].withdrawn_at)} by {ends[-1].channel}" if ends else None

    def proof(consent: ConsentGiven) -> str | None:
        if not consent.proof.strip() or not consent.source.strip():
            return "the consent has no proof or no source"
        if consent.given_at > at:
            return f"the consent is dated {shown(consent.given_at)}, after the call"
        return None

    def expired(consent: ConsentGiven) -> str | None:
        ends = consent_end(consent, pack)
        return f"the consent ended on {shown(ends)}" if ends is not None and at >= ends else None

    def windowless(consent: ConsentGiven) -> str | None:
        if pack is None or not pack.consent.window_required or consent.windows or consent.appointment_at:
            return None
        return "the consent names neither a window nor an appointment"

    return (
        (RuleName.CONSENT_WITHDRAWN, withdrawn),
        (RuleName.CONSENT_PROOF, proof),
        (RuleName.CONSENT_EXPIRED, expired),
        (RuleName.CONSENT_WINDOW, windowless),
    )


def ended_by(consent: ConsentGiven, withdrawal: ConsentWithdrawn) -> bool:
    """Only a later positive act counts again."""
    return consent.given_at <= withdrawal.withdrawn_at or consent.act is None


def consent_end(consent: ConsentGiven, pack: RulePack | None) -> datetime | None:
    """The stated end, cut to the pack's longest; None where neither limits it."""
    if pack is None or pack.consent.max_age_days is None:
        return consent.expires_at
    longest = consent.given_at + timedelta(days=pack.consent.max_age_days)
    return longest if consent.expires_at is None else min(longest, consent.expires_at)
