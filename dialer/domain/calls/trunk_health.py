"""Health of a trunk, judged by the ends of its last calls. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.final_answer import About, about, end_about

LAST_CALLS = 50
"""Calls that are looked at: the last ones that rang, were answered or ended."""
FEWEST_CALLS = 20
"""Fewer say nothing about a trunk."""
LATEST_CALLS = 10
"""By these alone the pace is halved."""
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
        """The share of its rate that the trunk is given."""
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
