"""The rate limit of a token."""

import math
from collections.abc import Callable

from dialer.api.http.errors import TooManyRequests


class RateLimiter:
    """A token bucket for each token: `rate` requests a second, and a second's worth at once."""

    def __init__(self, rate: float, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = max(1.0, rate)
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, name: str) -> None:
        """Take one request from the bucket of the token.

        Raise `TooManyRequests` where it is empty.
        """
        now = self._monotonic()
        left, seen = self._buckets.get(name, (self._burst, now))
        left = min(self._burst, left + (now - seen) * self._rate)
        if left < 1:
            raise TooManyRequests(math.ceil((1 - left) / self._rate))
        self._buckets[name] = (left - 1, now)
