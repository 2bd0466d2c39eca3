"""The counts behind a campaign's progress.

They are folded each minute, and compared with the stored rows each night.
"""

import asyncio

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.ports.campaigns.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store

log = structlog.get_logger()

FOLD_EVERY_S = 60.0
RECOUNT_HOUR = 2
"""Hour in UTC at which no call is lawful in any French territory outside the Pacific."""


class Counts:
    def __init__(self, store: Store[HasCampaigns], clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._recounted = clock.now().date()

    async def run(self) -> None:
        while True:
            await asyncio.sleep(FOLD_EVERY_S)
            try:
                await self.tend()
            except Unavailable as error:
                log.warning("counts not tended", error=str(error))

    async def tend(self) -> None:
        """The first night is that after the start."""
        async with self._store.write() as work:
            await work.campaigns.fold_counts()
        now = self._clock.now()
        if now.date() > self._recounted and now.hour >= RECOUNT_HOUR:
            async with self._store.write() as work:
                wrong = await work.campaigns.recount()
            self._recounted = now.date()
            if wrong:
                log.error("counts of progress were wrong and are mended", facts=wrong)
