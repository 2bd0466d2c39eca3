"""A campaign compiled for decisions: the terms that every decision needs from its file."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.campaigns.electoral_silence import SilencePlan, silence_plan
from dialer.domain.consent import Basis


def folded(text: str) -> str:
    """Strip spaces and case: purposes and channels compare without them."""
    return text.strip().casefold()


@dataclass(frozen=True, slots=True, eq=False)
class CampaignTerms:
    """The terms of one campaign. Times are UTC.

    Compared by identity, for speed: an equal one made again costs time and changes no answer.
    `purposes`: what a consent must say, folded, to cover this campaign.
    `closes_at`: the campaign's end, or that of its election where it comes first.
    `call`: ring time plus longest call.
    """

    profile: str
    sponsor: str
    purposes: frozenset[str]
    starts_at: datetime
    closes_at: datetime
    ring: timedelta
    call: timedelta
    election: SilencePlan | None
    caller_id: str
    caller_ids: dict[str, str]
    own_numbers: frozenset[str]
    sector: str | None
    basis: Basis
    min_gap: timedelta
    max_attempts: int


def accepted_purposes(definition: CampaignDefinition) -> frozenset[str]:
    """Return the purposes that cover this campaign.

    `political` every election, `political:ID` only that one.
    """
    purpose = folded(definition.purpose)
    accepted = {purpose}
    if purpose.startswith("political:"):
        accepted.add("political")
    if purpose == "political" and definition.election is not None:
        accepted.add(f"political:{folded(definition.election.id)}")
    return frozenset(accepted)


def campaign_terms(definition: CampaignDefinition) -> CampaignTerms:
    ring = timedelta(seconds=definition.call.ring_timeout_s)
    longest = timedelta(seconds=definition.call.longest_s)
    election = silence_plan(definition.election) if definition.election else None
    ends_at = definition.ends_at.astimezone(UTC)
    return CampaignTerms(
        profile=definition.profile,
        sponsor=definition.sponsor.id,
        purposes=accepted_purposes(definition),
        starts_at=definition.starts_at.astimezone(UTC),
        closes_at=min(ends_at, election.ends_at) if election else ends_at,
        ring=ring,
        call=ring + longest,
        election=election,
        caller_id=definition.caller_id,
        caller_ids=definition.caller_ids,
        own_numbers=definition.own_numbers,
        sector=folded(definition.sector).replace(" ", "_").replace("-", "_") if definition.sector else None,
        basis=definition.basis,
        min_gap=timedelta(hours=definition.retry.min_gap_hours),
        max_attempts=definition.retry.max_attempts,
    )
