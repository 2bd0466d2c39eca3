"""When the next call may leave: evenly spaced, never in bursts (carriers shut trunks that burst). Pure."""

from dataclasses import dataclass, field

from dialer.domain.base.types import AttemptId

CATCH_UP_S = 0.02
"""A call that comes late to its slot by less than this does not push the others back."""
UNDER_WAY = 0.06
"""The share of one second's calls that the PBX may be asked for before it has said what became of the earlier ones.

What it owes, it may send all at once. With `CATCH_UP_S`, no second of the callees' has more than 110 % of the rate.
"""
GIVEN_UP_S = 15.0
"""Nothing is heard any more of a call asked for so long ago: its permit has run out."""


@dataclass(slots=True)
class Pacer:
    """Evenly spaced slots. Time is any monotonic clock in seconds; time not used is lost, never saved up."""

    calls_per_second: float
    next_slot: float = 0.0
    under_way: dict[AttemptId, float] = field(default_factory=dict)
    """Since when."""

    def slots(self, now: float, horizon_s: float) -> int:
        """How many slots lie between `now` and `horizon_s` seconds later."""
        start = max(self.next_slot, now - CATCH_UP_S)
        return (
            max(0, int((now + horizon_s - start) * self.calls_per_second + 1e-9) + 1)
            if start <= now + horizon_s
            else 0
        )

    def room(self, now: float) -> int:
        """How many calls the PBX may be asked for, whatever the slots."""
        most = max(1, int(self.calls_per_second * UNDER_WAY))
        return max(0, most - self._owed(now))

    def due(self, now: float) -> int:
        """How many calls may leave at once."""
        return min(self.slots(now, 0.0), self.room(now))

    def idle(self, now: float) -> bool:
        """Whether a new one in its place would do the same from now on."""
        return self.next_slot <= now - CATCH_UP_S and not self._owed(now)

    def sent(self, call: AttemptId, now: float) -> None:
        """The call takes the next slot."""
        self.next_slot = max(self.next_slot, now - CATCH_UP_S) + 1.0 / self.calls_per_second
        self.under_way = {each: since for each, since in self.under_way.items() if now < since + GIVEN_UP_S}
        self.under_way[call] = now

    def heard(self, call: AttemptId, now: float) -> None:
        """The PBX has done what it was asked for. Whoever missed a slot while waiting for this begins with one of its own."""
        full = not self.room(now)
        if self.under_way.pop(call, None) is not None and full and self.next_slot < now:
            self.next_slot = now + 1.0 / self.calls_per_second

    def _owed(self, now: float) -> int:
        """How many calls the PBX was asked for and may yet speak of."""
        return sum(now < since + GIVEN_UP_S for since in self.under_way.values())
