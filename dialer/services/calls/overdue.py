"""Attempts of one PBX with overdue news."""

import math
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import CallEvent, ChannelGone
from dialer.services.calls.recovery import SLACK

ASK_EVERY_S = 1.0
"""Least time between two questions to the PBX: for each it goes through all it remembers."""
LONGEST_SILENCE = timedelta(minutes=15)
"""Longer than the longest ringing and the longest call together: a call dialled then has ended."""


class Overdue:
    """A watch for overdue news.

    All questions are about a moment up to which every message has been heard. So messages read late
    make no attempt overdue.
    """

    def __init__(self) -> None:
        self._gone: dict[AttemptId, float] = {}
        self._asked = -math.inf

    def note(self, event: CallEvent, monotonic: float) -> None:
        """Note an event. The report of a call's end follows at once when its channel is gone."""
        if isinstance(event, ChannelGone):
            self._gone[event.attempt_id] = monotonic

    def settled(self, over: Iterable[AttemptId]) -> None:
        for attempt_id in over:
            self._gone.pop(attempt_id, None)

    def any(self, alive: Collection[Attempt], now: datetime, monotonic: float) -> bool:
        """Tell whether to ask the PBX. A gone channel counts once: then the PBX has to answer."""
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
