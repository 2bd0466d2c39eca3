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

    def trusted(self) -> bool:
        """False after a step back or a drift beyond two seconds: dialling is then suspended (T030)."""
        ...
