"""How often: caps over rolling windows, the gap between calls, delivered once.

Rules FP-27, FC-14, US-03; cases T065 to T070.

Windows are rolling multiples of 24 hours, which is never looser than calendar days. Attempts of any campaign of the sponsor count.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dialer.domain.base.types import CampaignId
from dialer.domain.decision.campaign_terms import CampaignTerms
from dialer.domain.decision.facts import PastAttempt
from dialer.domain.decision.law import Law


@dataclass(slots=True)
class History:
    """What earlier attempts on a number come to. `ages`: how far those that count are from now. `here`: how many were this campaign's."""

    ages: tuple[timedelta, ...]
    here: int
    heard: bool
    alive: bool


UNCALLED = History((), 0, heard=False, alive=False)


def history_of(attempts: tuple[PastAttempt, ...], campaign: CampaignId, at: datetime) -> History:
    if not attempts:
        return UNCALLED
    ages, here, heard, alive = [], 0, False, False
    for attempt in attempts:
        own = attempt.campaign_id == campaign
        alive = alive or attempt.alive
        heard = heard or (own and attempt.delivered)
        if attempt.counts:
            ages.append(abs(at - attempt.at))
            here += own
    return History(tuple(ages), here, heard, alive)


def capped(history: History, law: Law) -> str | None:
    """The sentence of the first cap that is reached, None where another attempt fits all of them."""
    for cap in law.caps:
        if len(history.ages) >= cap.max:
            made = len([age for age in history.ages if age < cap.window])
            if made >= cap.max:
                return f"{made} attempts within {cap.window_days} days, of {cap.max} allowed ({cap.rule})"
    return None


def too_soon(history: History, law: Law, terms: CampaignTerms) -> str | None:
    """The stricter of the pack's and the campaign's gap; a call that has not ended is always too near."""
    if history.alive:
        return "a call to this number has not ended"
    nearest = min(history.ages, default=None)
    gap = max(terms.min_gap, law.min_gap)
    return f"called {nearest} ago, less than {gap}" if nearest is not None and nearest < gap else None
