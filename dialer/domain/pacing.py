"""When the next call may leave: evenly spaced, never in bursts (carriers shut trunks that burst)."""

from dataclasses import dataclass


@dataclass(slots=True)
class Pacer:
    """Evenly spaced slots. Time is any monotonic clock in seconds; time not used is lost, never saved up."""

    calls_per_second: float
    next_slot: float = 0.0

    def slots(self, now: float, horizon_s: float) -> int:
        """How many calls may leave from `now` on, within the next `horizon_s` seconds."""
        start = max(now, self.next_slot)
        return (
            max(0, int((now + horizon_s - start) * self.calls_per_second + 1e-9) + 1)
            if start <= now + horizon_s
            else 0
        )

    def take(self, now: float) -> float:
        """Reserve the next slot and return its time."""
        slot = max(now, self.next_slot)
        self.next_slot = slot + 1.0 / self.calls_per_second
        return slot
