"""Whether a consent is about this campaign at all: its basis, sponsor, purpose and channel.

See docs/rules/readings.md#consent.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from dialer.domain.consent.basis import Basis
from dialer.domain.consent.consent import ConsentGiven
from dialer.domain.decision.campaign_terms import CampaignTerms, folded
from dialer.domain.decision.law import Law
from dialer.domain.rulepacks.rule_names import RuleName

CALLED = {Basis.OPT_IN: "consent", Basis.CONTRACT: "contract", Basis.REQUEST: "request"}


class Scope(NamedTuple):
    """What a consent covers, as collected, beside what the campaign asks for."""

    basis: Basis
    sponsor: str
    purpose: str
    channel: str
    terms: CampaignTerms
    law: Law | None


Mismatch = Callable[[Scope], str | None]
"""The sentence why a consent is not about this campaign, None where this rule has nothing to say."""


def basis(scope: Scope) -> str | None:
    """A contract is no consent to other calls, and a campaign for customers is for nobody else (FC-08, FC-10)."""
    wanted, law = scope.terms.basis, scope.law
    if wanted is Basis.OPT_IN and scope.basis is wanted:
        return None
    if law is not None and not law.pack.consent.takes(wanted):
        return f"{law.pack.name} lets nobody be called for a {CALLED[wanted]}"
    return None if scope.basis is wanted else f"on record is a {CALLED[scope.basis]}, not a {CALLED[wanted]}"


def sponsor(scope: Scope) -> str | None:
    if scope.sponsor == scope.terms.sponsor:
        return None
    return f"consent was given to {scope.sponsor!r}, not to {scope.terms.sponsor!r}"


def purpose(scope: Scope) -> str | None:
    if folded(scope.purpose) in scope.terms.purposes:
        return None
    return f"consent for {scope.purpose!r} does not cover this campaign"


def channel(scope: Scope) -> str | None:
    means = scope.law.pack.consent.channel if scope.law else "automated_voice"
    return None if folded(scope.channel) == means else f"consent is for {scope.channel!r}, not for {means}"


MATCHERS: dict[RuleName, Mismatch] = {
    RuleName.CONSENT: basis,
    RuleName.CONSENT_SPONSOR: sponsor,
    RuleName.CONSENT_PURPOSE: purpose,
    RuleName.CONSENT_CHANNEL: channel,
}


def mismatches(consent: ConsentGiven, terms: CampaignTerms, law: Law | None) -> Mapping[RuleName, str]:
    """The sentences of the rules that it fails."""
    return told(consent.basis, consent.sponsor, consent.purpose, consent.channel, terms, law)


@lru_cache(maxsize=4096)
def told(
    basis: Basis, sponsor: str, purpose: str, channel: str, terms: CampaignTerms, law: Law | None
) -> Mapping[RuleName, str]:
    """Remembered, as millions of consents say the same four words."""
    scope = Scope(basis, sponsor, purpose, channel, terms, law)
    return {rule: fault for rule, complain in MATCHERS.items() if (fault := complain(scope)) is not None}
