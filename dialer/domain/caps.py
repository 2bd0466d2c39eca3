"""How often: caps over rolling windows, the gap between calls, delivered once (FP-27, FC-14, US-03; section 5 E).

Windows are rolling multiples of 24 hours, which is never looser than calendar days. Attempts of any campaign of the sponsor count.
"""

from datetime import datetime, timedelta

from dialer.domain.campaign import CampaignId
from dialer.domain.campaign_terms import CampaignTerms
from dialer.domain.facts import PastAttempt
from dialer.domain.intervals import shown
from dialer.domain.rulepack import RulePack


def capped(attempts: tuple[PastAttempt, ...], pack: RulePack, at: datetime) -> str | None:
    """The sentence of the first cap that is reached, None where another attempt fits all of them."""
    counted = [attempt for attempt in attempts if attempt.counts]
    for cap in pack.caps:
        window = timedelta(days=cap.window_days)
        made = sum(abs(at - attempt.at) < window for attempt in counted)
        if made >= cap.max:
            return f"{made} attempts within {cap.window_days} days, of {cap.max} allowed ({cap.rule})"
    return None


def too_soon(
    attempts: tuple[PastAttempt, ...], pack: RulePack, terms: CampaignTerms, at: datetime
) -> str | None:
    """The stricter of the pack's and the campaign's gap; a call that has not ended is always too near."""
    if any(attempt.alive for attempt in attempts):
        return "a call to this number has not ended"
    gap = max(terms.min_gap, timedelta(hours=pack.min_gap_hours))
    near = [attempt.at for attempt in attempts if attempt.counts and abs(at - attempt.at) < gap]
    return f"called at {shown(max(near))}, less than {gap} ago" if near else None


def delivered(attempts: tuple[PastAttempt, ...], campaign: CampaignId) -> str | None:
    if any(attempt.delivered and attempt.campaign_id == campaign for attempt in attempts):
        return "this campaign's message was already heard"
    return None
