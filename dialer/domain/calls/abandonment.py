"""Silent calls: how long a callee who has answered waits for the first sound (FP-29, T104). Pure."""

from dataclasses import dataclass
from datetime import timedelta

from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import TraceVerb
from dialer.domain.calls.outcome import LATE_ANSWER

SLOW = timedelta(seconds=1)
ABANDONED = timedelta(seconds=2)
PERIOD = timedelta(days=30)
"""Rolling (E13)."""
FEWEST = 100
"""As if so many had been answered, where fewer were."""


def silence_after_answer(attempt: Attempt) -> timedelta | None:
    """From the answer to the first sound, or to the end where there was none; None for a call that nobody answered."""
    if attempt.answered_at is None or attempt.ended_at is None:
        return None
    sounds = (step.at for step in attempt.trace if step.verb is TraceVerb.PLAY)
    return next(sounds, attempt.ended_at) - attempt.answered_at


def abandoned(attempt: Attempt) -> bool:
    """Whether the callee answered and heard nothing for two seconds, or nothing at all since we had given up."""
    silence = silence_after_answer(attempt)
    return silence is not None and (silence > ABANDONED or lifted_in_vain(attempt))


def lifted_in_vain(attempt: Attempt) -> bool:
    return any(step.verb is TraceVerb.END and step.name == LATE_ANSWER for step in attempt.trace)


@dataclass(frozen=True, slots=True)
class SilentCalls:
    """Of the calls of one campaign in `PERIOD`: how many were answered, and of these heard nothing within one second, and within two."""

    answered: int
    slow: int
    abandoned: int

    def too_many(self, most_percent: float) -> bool:
        return 100 * self.abandoned > most_percent * max(self.answered, FEWEST)
