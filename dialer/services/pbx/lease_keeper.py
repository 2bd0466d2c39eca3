"""Keeper of the lease of one PBX while its link lives.

It reports when this process begins or ceases to hold it.
"""

import asyncio
from collections.abc import Callable

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.ports.clock import Clock
from dialer.services.pbx.fleet import Fleet
from dialer.services.pbx.lease import Lease

log = structlog.get_logger()

TICK_S = 0.25
LINK_GRACE_S = 5.0
"""Seconds for a lost link to come back. Then another process, whose link may live, is let in."""


class LeaseKeeper:
    """Keeps the lease.

    `changed` is called whenever the lease ends or begins, and once where it began anew before its
    end was noticed.
    """

    def __init__(self, lease: Lease, fleet: Fleet, clock: Clock, changed: Callable[[], None]) -> None:
        self._lease = lease
        self._fleet = fleet
        self._clock = clock
        self._changed = changed
        self._told = (False, lease.term)
        self._linked = False
        self._lost_at = clock.monotonic()

    def link_is(self, *, up: bool) -> None:
        """The link came or went, whenever the consumer comes to hear of it."""
        self._linked = up
        self._lost_at = self._clock.monotonic()

    async def run(self) -> None:
        """Run until cancelled; then another process may drive the PBX at once."""
        try:
            while True:
                await self.turn()
                await asyncio.sleep(TICK_S)
        finally:
            await self._lease.give_up()

    async def turn(self) -> None:
        """Ask again where that is due.

        A lease runs out by itself, so it is checked in every turn.
        """
        if self._lease.due:
            try:
                await self._ask()
            except Unavailable as error:
                log.warning("lease not renewed", pbx=self._lease.driver.pbx, error=str(error))
            self._fleet.set_elsewhere(self._lease.driver.pbx, elsewhere=self._lease.elsewhere)
        now = (self._lease.held, self._lease.term)
        if now != self._told:
            self._told = now
            self._changed()

    async def _ask(self) -> None:
        """Ask for the lease. Without a link no PBX can be driven, so none is claimed."""
        if self._linked:
            await self._lease.renew()
            return
        await self._lease.look()
        if self._lease.ours and self._clock.monotonic() >= self._lost_at + LINK_GRACE_S:
            await self._lease.give_up()
