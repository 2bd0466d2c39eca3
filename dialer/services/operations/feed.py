"""The machine and its running campaigns, for followers.

They are read once a period for all followers, and not at all without one.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from dialer.domain.access.roles import Actor, Right
from dialer.domain.campaigns.campaign import CampaignState
from dialer.ports.campaigns.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store
from dialer.services.campaigns.progress import CampaignProgress, ProgressReader
from dialer.services.operations.system_state import SystemReader, SystemState

PERIOD_S = 1.0
MOST = 1000
LIVE = (CampaignState.RUNNING, CampaignState.PAUSED)

Seen = dict[str, SystemState | CampaignProgress]
"""The machine, and its running campaigns by id.

`now` of the machine stands still: time is no news.
"""
MACHINE = "system"
STANDING = datetime.min.replace(tzinfo=UTC)


class Feed:
    def __init__(
        self, store: Store[HasCampaigns], clock: Clock, system: SystemReader, progress: ProgressReader
    ) -> None:
        self._store = store
        self._clock = clock
        self._system = system
        self._progress = progress
        self._looking = asyncio.Lock()
        self._seen: Seen = {}
        self._old_at = 0.0

    async def seen(self, actor: Actor) -> Seen:
        """Return the present state, at most a period old. Raise `Unavailable`."""
        for right in (Right.READ_SYSTEM, Right.READ_CAMPAIGNS):
            actor.demand(right)
        async with self._looking:
            now = self._clock.monotonic()
            if now >= self._old_at:
                self._seen = await self._look(actor)
                self._old_at = now + PERIOD_S
        return self._seen

    async def _look(self, actor: Actor) -> Seen:
        seen: Seen = {MACHINE: replace(await self._system.measured(), now=STANDING)}
        async with self._store.read() as work:
            newest = await work.campaigns.page(limit=MOST)
        for campaign in newest:
            if campaign.state in LIVE:
                seen[campaign.id] = await self._progress.of(actor, campaign.id)
        return seen
