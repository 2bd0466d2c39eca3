"""The health of a trunk by the ends of its last calls, and the silent calls of a campaign. Pure.

A call is silent while its callee, who has answered, waits for the first sound (FP-29, T104).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import TraceVerb
from dialer.domain.calls.outcome import About, EndReason, about, end_about, end_reason

LAST_CALLS = 50
"""Calls that are looked at: the last ones that rang, were answered or ended."""
FEWEST_CALLS = 20
"""Fewer say nothing about a trunk."""
LATEST_CALLS = 10
"""The calls by which alone the pace is halved."""
UNHEARD_MOST = 30
"""Calls in a row without any response yet: at so many, sending stops until the trunk responds."""
SLOWER = 0.5
OVERLOADED = 503
"""The trunk's server can take no call for now (SIP 503).

It may have said for how long (`Retry-After`: RFC 3261, 21.5.4), but Asterisk does not pass the time
on. So a run of them is taken for a long one, and nothing is sent until a person resumes.
"""
OVERLOADED_RUN = 10


@dataclass(frozen=True, slots=True)
class TrunkHealth:
    """The health of one trunk.

    `calls`: its last `LAST_CALLS` calls that rang, were answered or ended, newest first.
    """

    calls: Sequence[Attempt]

    @property
    def pace(self) -> float:
        """The share of its rate that the trunk is given: half where its latest calls fail."""
        latest = self.calls[:LATEST_CALLS]
        slow = len(latest) == LATEST_CALLS and 2 * len(_refused(latest)) > LATEST_CALLS
        return SLOWER if slow else 1.0

    @property
    def failing(self) -> bool:
        """Return whether more than half of the calls failed to get through, or it is overloaded."""
        many = len(self.calls) >= FEWEST_CALLS and 2 * len(_refused(self.calls)) > len(self.calls)
        return many or self._overloaded

    @property
    def _overloaded(self) -> bool:
        latest = self.calls[:OVERLOADED_RUN]
        return len(latest) == OVERLOADED_RUN and all(call.sip_code == OVERLOADED for call in latest)

    def complaint(self) -> str:
        """Return a line such as `31 of the last 40 calls ended with SIP 404`.

        It names the most frequent end among the refused calls.
        """
        said = Counter(_end(attempt) for attempt in _refused(self.calls))
        (end, times), *_ = said.most_common(1)
        asks = ": the operator asks for a user and a password" if end in {"SIP 401", "SIP 407"} else ""
        return f"{times} of the last {len(self.calls)} calls ended with {end}{asks}"


def _refused(calls: Sequence[Attempt]) -> list[Attempt]:
    return [attempt for attempt in calls if end_about(attempt) is not About.CALLEE]


def _end(attempt: Attempt) -> str:
    if attempt.sip_code is not None:
        by_code = about(None, attempt.sip_code) is end_about(attempt)
        return f"SIP {attempt.sip_code}" + ("" if by_code else f", cause {attempt.hangup_cause}")
    return "no answer at all" if end_about(attempt) is About.SILENCE else f"cause {attempt.hangup_cause}"


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
    return end_reason(attempt.trace) is EndReason.LATE_ANSWER


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
