"""Keeps the lease of one PBX: asks for it again and again, and tells when this process begins or ceases to hold it."""

import asyncio
from collections.abc import Callable

import structlog

from dialer.domain.errors import Unavailable
from dialer.services.fleet import Fleet
from dialer.services.lease import Lease

log = structlog.get_logger()

TICK_S = 0.25


class LeaseKeeper:
    """`changed` is called whenever `lease.held` is no longer what it was."""

    def __init__(self, lease: Lease, fleet: Fleet, changed: Callable[[], None]) -> None:
        self._lease = lease
        self._fleet = fleet
        self._changed = changed
        self._held = False

    async def run(self) -> None:
        """Until cancelled; then another process may drive the PBX at once."""
        try:
            while True:
                await self.turn()
                await asyncio.sleep(TICK_S)
        finally:
            await self._lease.give_up()

    async def turn(self) -> None:
        """Renew the lease where that is due. It runs out by itself, so it is looked at in every turn."""
        pbx = self._lease.driver.pbx
        if self._lease.due:
            try:
                await self._lease.renew()
            except Unavailable as error:
                log.warning("lease not renewed", pbx=pbx, error=str(error))
            self._fleet.set_elsewhere(pbx, elsewhere=self._lease.elsewhere)
        if self._lease.held != self._held:
            self._held = self._lease.held
            self._changed()
