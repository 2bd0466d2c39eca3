"""Pacing: calls leave evenly spaced. Pure.

They never leave in bursts, since carriers shut trunks that burst.
"""

from dataclasses import dataclass, field

from dialer.domain.base.types import AttemptId

CATCH_UP_S = 0.02
"""A call that comes late to its slot by less than this does not push the others back."""
UNDER_WAY = 0.06
"""Share of one second's calls that may be open at the PBX: asked for, and not yet reported on.

The PBX may send all open ones at once. With `CATCH_UP_S`, no second at the callees has more than
110 % of the rate.
"""
GIVEN_UP_S = 15.0
"""A call asked for so long ago is not waited for any more: its permit has run out."""


@dataclass(slots=True)
class Pacer:
    """Evenly spaced slots, on any monotonic clock in seconds.

    Time not used is lost, never saved up.
    """

    calls_per_second: float
    next_slot: float = 0.0
    under_way: dict[AttemptId, float] = field(default_factory=dict)
    """The time since which each is under way, by attempt."""

    def slots(self, now: float, horizon_s: float) -> int:
        """Count the slots between `now` and `horizon_s` seconds later."""
        start = max(self.next_slot, now - CATCH_UP_S)
        return (
            max(0, int((now + horizon_s - start) * self.calls_per_second + 1e-9) + 1)
            if start <= now + horizon_s
            else 0
        )

    def room(self, now: float) -> int:
        """Count the calls that the PBX may be asked for, regardless of slots."""
        most = max(1, int(self.calls_per_second * UNDER_WAY))
        return max(0, most - self._owed(now))

    def due(self, now: float) -> int:
        """Count the calls that may leave at once."""
        return min(self.slots(now, 0.0), self.room(now))

    def idle(self, now: float) -> bool:
        """Return whether a new pacer in its place would do the same from now on."""
        return self.next_slot <= now - CATCH_UP_S and not self._owed(now)

    def sent(self, call: AttemptId, now: float) -> None:
        """Give the call the next slot."""
        self.next_slot = max(self.next_slot, now - CATCH_UP_S) + 1.0 / self.calls_per_second
        self.under_way = {each: since for each, since in self.under_way.items() if now < since + GIVEN_UP_S}
        self.under_way[call] = now

    def heard(self, call: AttemptId, now: float) -> None:
        """Note that the PBX has done as asked.

        If a slot was missed while waiting for this, the next one begins a whole interval from now.
        """
        full = not self.room(now)
        if self.under_way.pop(call, None) is not None and full and self.next_slot < now:
            self.next_slot = now + 1.0 / self.calls_per_second

    def _owed(self, now: float) -> int:
        """Count the calls that the PBX was asked for and may yet report on."""
        return sum(now < since + GIVEN_UP_S for since in self.under_way.values())
