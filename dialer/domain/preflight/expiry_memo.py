"""What is foreseen of people who are alike but for when their only consent ends: asked for a few ends, and known for all others.

Before its end a consent is judged as if it had none, but that an opening at or after its end is none; after it, it refuses for good. So an
end after which nothing was looked at could as well have come at once after the last look: whatever was opened to, at or before that look,
lies before both ends, and whatever lies after both was no opening for either.
"""

from collections.abc import Callable
from datetime import datetime

from dialer.domain.preflight.forecast import Foreseen


class Endings:
    """`ask`: what is foreseen where the consent ends at an instant. `latest`: no end comes after it."""

    def __init__(self, ask: Callable[[datetime], Foreseen], latest: datetime) -> None:
        self._ask = ask
        self._latest = latest
        self._known: dict[datetime, Foreseen] = {}

    def of(self, end: datetime) -> Foreseen:
        """`end`: after the instant from which it is foreseen."""
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
