"""Earlier attempts on a number, as the rules look at them."""

from datetime import datetime

from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import FINAL_STATES, AttemptState, Result
from dialer.domain.decision.facts import PastAttempt

NO_CAMPAIGN = CampaignId("")
DELIVERED = frozenset({Result.MESSAGE_PLAYED, Result.MACHINE_MESSAGE})


def past_attempt(
    campaign_id: CampaignId,
    at: datetime,
    *,
    state: AttemptState,
    result: Result | None,
    counts: bool,
    unanswered: bool,
) -> PastAttempt:
    """Tell of an attempt that is stored. `unanswered`: it was met with silence.

    That counts towards the caps, and uses up no attempt of the campaign.
    """
    return PastAttempt(
        campaign_id=NO_CAMPAIGN if unanswered else campaign_id,
        at=at,
        counts=counts,
        delivered=result in DELIVERED,
        alive=state not in FINAL_STATES,
    )


def recalled_attempt(campaign_id: CampaignId, at: datetime) -> PastAttempt:
    """Make an attempt that only the journal knows.

    It counts, and as delivered: its outcome is unknown, so the same campaign makes no further call.
    """
    return PastAttempt(campaign_id, at, counts=True, delivered=True, alive=False)
