"""Time, as the services may read it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of the time of day."""

    def now(self) -> datetime:
        """Aware UTC; shifted where the service runs in pretended time."""
        ...

    def monotonic(self) -> float:
        """Seconds that never step back."""
        ...

    def cpu(self) -> float:
        """Seconds of processor time that this thread has used: however busy the machine is, what others use does not count."""
        ...

    def doubt(self) -> str:
        """Why it is not trusted, in words for a person, and dialling is suspended: after a step back, or a drift beyond two seconds (T030).

        Empty where it is.
        """
        ...
