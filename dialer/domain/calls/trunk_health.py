"""Whether a trunk still reaches people, by what its last calls said. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.final_answer import About, about, end_about

LAST_CALLS = 50
"""Calls that are looked at: the last ones of which anything was heard."""
FEWEST_CALLS = 20
"""Fewer say nothing about a trunk."""
LATEST_CALLS = 10
"""By these alone the pace is halved."""
UNHEARD_MOST = 30
"""Calls sent in a row of which nothing was heard yet: no more are sent until the trunk says anything."""
SLOWER = 0.5
OVERLOADED = 503
"""The trunk's server can take no call for now, and may have said for how long (`Retry-After`: RFC 3261, 21.5.4).

Asterisk shows the time to nobody: so a run of them is taken for a long one, and nothing is sent until a person resumes.
"""
OVERLOADED_RUN = 10


@dataclass(frozen=True, slots=True)
class TrunkHealth:
    """`calls`: the last `LAST_CALLS` of one trunk of which anything was heard, newest first."""

    calls: Sequence[Attempt]

    @property
    def pace(self) -> float:
        """The share of its rate that the trunk is given."""
        latest = self.calls[:LATEST_CALLS]
        slow = len(latest) == LATEST_CALLS and 2 * len(_refused(latest)) > LATEST_CALLS
        return SLOWER if slow else 1.0

    @property
    def failing(self) -> bool:
        """More than half of its calls said that they cannot get through, or it asked again and again to be left in peace."""
        many = len(self.calls) >= FEWEST_CALLS and 2 * len(_refused(self.calls)) > len(self.calls)
        return many or self._overloaded

    @property
    def _overloaded(self) -> bool:
        latest = self.calls[:OVERLOADED_RUN]
        return len(latest) == OVERLOADED_RUN and all(call.sip_code == OVERLOADED for call in latest)

    def complaint(self) -> str:
        """`31 of the last 40 calls ended with SIP 404`, by the most frequent end of those that were refused."""
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
