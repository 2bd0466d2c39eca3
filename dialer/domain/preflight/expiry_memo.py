"""Memoise forecasts of contacts that differ only in the end of their one consent.

Before its end, a consent is judged as one without an end, except that an opening at or after the
end is none. After its end it refuses for good. So take two ends that both come after the last
instant judged: an opening up to that instant lies before both ends, and one after both ends is none
for either. The forecasts are equal, so a few ends answer all others.
"""

from collections.abc import Callable
from datetime import datetime

from dialer.domain.preflight.forecast import Foreseen


class Endings:
    """Forecasts by end of the consent.

    `ask` forecasts for one end. `latest`: no end comes after it.
    """

    def __init__(self, ask: Callable[[datetime], Foreseen], latest: datetime) -> None:
        self._ask = ask
        self._latest = latest
        self._known: dict[datetime, Foreseen] = {}

    def of(self, end: datetime) -> Foreseen:
        """Return the forecast for `end`, which lies after the instant from which it is made."""
        upto = self._latest
        while end < upto:
            known = self._known_of(upto)
            if known.looked >= upto:
                return self._ask(end)
            if known.looked < end:
                return known
            upto = known.looked
        return self._known_of(upto)

    def _known_of(self, end: datetime) -> Foreseen:
        if end not in self._known:
            self._known[end] = self._ask(end)
        return self._known[end]
