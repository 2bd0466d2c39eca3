"""The one reader of the machine's clock; everything else takes the time from the `Clock` port."""

import time
from datetime import UTC, datetime, timedelta

MAX_DRIFT_S = 2.0


class SystemClock:
    """UTC time, watched against the monotonic clock: a step back or a jump beyond two seconds is not trusted (T030).

    `shift` pretends another time (demos and tests on loopback trunks only).
    """

    def __init__(self, shift: timedelta = timedelta()) -> None:
        self.shift = shift
        self._origin = time.time() - time.monotonic()
        self._stepped = False

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def monotonic(self) -> float:
        return time.monotonic()

    def trusted(self) -> bool:
        """Once stepped, distrusted until the service is started again: somebody should look first."""
        if abs(time.time() - time.monotonic() - self._origin) > MAX_DRIFT_S:
            self._stepped = True
        return not self._stepped


def pretending(now: datetime) -> SystemClock:
    """A clock that says `now` at this instant and goes on from there."""
    return SystemClock(now - datetime.now(UTC))
