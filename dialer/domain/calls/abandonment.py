"""Silent calls: the wait between an answer and the first sound (FP-29, T104). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import TraceVerb
from dialer.domain.calls.outcome import LATE_ANSWER

SLOW = timedelta(seconds=1)
ABANDONED = timedelta(seconds=2)
PERIOD = timedelta(days=30)
"""A rolling period (E13)."""
FEWEST = 100
"""The share is taken of at least this many answered calls."""


def silence_after_answer(attempt: Attempt) -> timedelta | None:
    """Measure from the answer to the first sound, or to the end where there was none.

    None for a call that was not answered, or has not ended.
    """
    if attempt.answered_at is None or attempt.ended_at is None:
        return None
    sounds = (step.at for step in attempt.trace if step.verb is TraceVerb.PLAY)
    return next(sounds, attempt.ended_at) - attempt.answered_at


def abandoned(attempt: Attempt) -> bool:
    """Return whether the callee answered and heard nothing for `ABANDONED`.

    True also where nothing was ever heard because we had given up as the callee answered.
    """
    silence = silence_after_answer(attempt)
    return silence is not None and (silence > ABANDONED or lifted_in_vain(attempt))


def lifted_in_vain(attempt: Attempt) -> bool:
    return any(step.verb is TraceVerb.END and step.name == LATE_ANSWER for step in attempt.trace)


@dataclass(frozen=True, slots=True)
class SilentCalls:
    """Answered calls of one campaign in `PERIOD`.

    `slow`: heard nothing within one second. `abandoned`: nothing within two.
    """

    answered: int
    slow: int
    abandoned: int

    def too_many(self, most_percent: float) -> bool:
        return 100 * self.abandoned > most_percent * max(self.answered, FEWEST)


def silence_counts(ended: Iterable[Attempt]) -> dict[tuple[CampaignId, datetime], SilentCalls]:
    """Count finished calls that were answered, by campaign and the hour of their decision."""
    counts: dict[tuple[CampaignId, datetime], SilentCalls] = {}
    for attempt in ended:
        silence = silence_after_answer(attempt)
        if silence is None:
            continue
        key, unheard = (attempt.campaign_id, hour_of(attempt.decided_at)), abandoned(attempt)
        before = counts.get(key, SilentCalls(0, 0, 0))
        counts[key] = SilentCalls(
            answered=before.answered + 1,
            slow=before.slow + (silence > SLOW or unheard),
            abandoned=before.abandoned + unheard,
        )
    return counts


def hour_of(at: datetime) -> datetime:
    """Return when its hour began, UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
