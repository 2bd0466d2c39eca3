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
        """Return the processor time of this thread, in seconds; other processes do not count."""
        ...

    def doubt(self) -> str:
        """Return in words for a person why the clock is not trusted; empty where it is.

        Dialling is suspended meanwhile. Causes are a step back, or a drift beyond two seconds
        (T030).
        """
        ...
