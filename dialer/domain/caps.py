"""How often: caps over rolling windows, the gap between calls, delivered once (FP-27, FC-14, US-03; section 5 E).

Windows are rolling multiples of 24 hours, which is never looser than calendar days. Attempts of any campaign of the sponsor count.
"""

from datetime import datetime

from dialer.domain.campaign import CampaignId
from dialer.domain.campaign_terms import CampaignTerms
from dialer.domain.facts import PastAttempt
from dialer.domain.intervals import shown
from dialer.domain.rulepack import RulePack


def capped(attempts: tuple[PastAttempt, ...], pack: RulePack, at: datetime) -> str | None:
    """The sentence of the first cap that is reached, None where another attempt fits all of them."""
    ages = [abs(at - attempt.at) for attempt in attempts if attempt.counts]
    for cap in pack.caps:
        made = len([age for age in ages if age < cap.window])
        if made >= cap.max:
            return f"{made} attempts within {cap.window_days} days, of {cap.max} allowed ({cap.rule})"
    return None


def too_soon(
    attempts: tuple[PastAttempt, ...], pack: RulePack, terms: CampaignTerms, at: datetime
) -> str | None:
    """The stricter of the pack's and the campaign's gap; a call that has not ended is always too near."""
    for attempt in attempts:
        if attempt.alive:
            return "a call to this number has not ended"
    gap = max(terms.min_gap, pack.min_gap)
    near = [attempt.at for attempt in attempts if attempt.counts and abs(at - attempt.at) < gap]
    return f"called at {shown(max(near))}, less than {gap} ago" if near else None


def spent(attempts: tuple[PastAttempt, ...], campaign: CampaignId, most: int) -> str | None:
    made = len([attempt for attempt in attempts if attempt.counts and attempt.campaign_id == campaign])
    return f"{made} attempts in this campaign, of {most} allowed" if made >= most else None


def delivered(attempts: tuple[PastAttempt, ...], campaign: CampaignId) -> str | None:
    for attempt in attempts:
        if attempt.delivered and attempt.campaign_id == campaign:
            return "this campaign's message was already heard"
    return None
