"""The lease of one PBX: whose database says that it drives it, drives it; whoever falls silent loses it, and another takes over."""

from dialer.domain.errors import Unavailable
from dialer.ports.clock import Clock
from dialer.ports.leases import Driver, Leases
from dialer.services.patience import within

LEASE_S = 10.0
"""How long a PBX waits for a process that died: then another process may take it."""
RENEW_S = 2.0
GIVE_UP_WITHIN_S = 1.0
"""A process that ends waits no longer for its database."""


class Lease:
    """What this process knows of it. It counts from before it asked, so it stops no later than the database lets others begin."""

    def __init__(self, leases: Leases, clock: Clock, driver: Driver) -> None:
        self._leases = leases
        self._clock = clock
        self.driver = driver
        self.elsewhere = False
        """Another process held the PBX when this one last asked."""
        self._until = self._due = clock.monotonic()

    @property
    def held(self) -> bool:
        return self._clock.monotonic() < self._until

    @property
    def due(self) -> bool:
        """Whether it is time to ask again."""
        return self._clock.monotonic() >= self._due

    async def renew(self) -> None:
        """Take it, or go on holding it, where that is possible. Raise `Unavailable`: what was held is held to its end."""
        asked_at = self._clock.monotonic()
        taken = await self._leases.take(self.driver, seconds=LEASE_S)
        self.elsewhere = not taken
        self._until = asked_at + LEASE_S if taken else asked_at
        self._due = asked_at + RENEW_S

    async def give_up(self) -> None:
        """Let another process begin at once. Where the database does not answer, the others wait until it runs out."""
        self._until = self._clock.monotonic()
        try:
            await within(GIVE_UP_WITHIN_S, self._leases.give_up(self.driver))
        except Unavailable:
            return
