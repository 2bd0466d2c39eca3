"""Attempts of one PBX of which something should have been told by now."""

import math
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import CallEvent, ChannelGone
from dialer.services.calls.recovery import SLACK

ASK_EVERY_S = 1.0
"""The PBX is asked no oftener: each time it goes through all that it remembers."""
LONGEST_SILENCE = timedelta(minutes=15)
"""More than the longest ringing and the longest call together: a call dialled so long ago has ended."""


class Overdue:
    """What is asked here is asked of a moment up to which everything told has been heard: coming late to hear it makes nobody overdue."""

    def __init__(self) -> None:
        self._gone: dict[AttemptId, float] = {}
        self._asked = -math.inf

    def note(self, event: CallEvent, monotonic: float) -> None:
        """A channel that is gone is followed at once by the report of its call's end."""
        if isinstance(event, ChannelGone):
            self._gone[event.attempt_id] = monotonic

    def settled(self, over: Iterable[AttemptId]) -> None:
        for attempt_id in over:
            self._gone.pop(attempt_id, None)

    def any(self, alive: Collection[Attempt], now: datetime, monotonic: float) -> bool:
        """Whether the PBX should be asked. A channel that is gone counts once: the answer then lies with the PBX."""
        if monotonic < self._asked + ASK_EVERY_S:
            return False
        late = any(monotonic - since > SLACK.total_seconds() for since in self._gone.values())
        if late:
            self._gone.clear()
        if late or any(overdue(attempt, now) for attempt in alive):
            self._asked = monotonic
            return True
        return False


def overdue(attempt: Attempt, now: datetime) -> bool:
    """The PBX should have told us more by now."""
    if attempt.dialed_at is None:
        return now > attempt.expires_at + 2 * SLACK
    return now > attempt.dialed_at + LONGEST_SILENCE
