"""The state of the machine (halt, PBXs, clock), and a feed of it and of the campaigns that live.

The feed reads once a period for all followers, and not at all without one.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from dialer.domain.access import Actor, Right
from dialer.domain.campaigns.campaign import CampaignState
from dialer.ports.calls import HasAttempts
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.pbx import HaltState, HasHalts
from dialer.ports.unit_of_work import Store
from dialer.services.campaigns.progress import CampaignProgress, ProgressReader
from dialer.services.pbx.fleet import Fleet


class SystemWork(HasAttempts, HasHalts, Protocol):
    """The unit of work that reads the state of the machine."""


@dataclass(frozen=True, slots=True)
class SystemState:
    """The state of the machine.

    `pbxs` tells by name whether a PBX takes calls now, from any process. `calls` counts those
    alive. `pretended` means that `now` is not the real time.
    """

    halt: HaltState
    pbxs: dict[str, bool]
    calls: int
    clock_trusted: bool
    now: datetime
    pretended: bool


class SystemReader:
    def __init__(self, store: Store[SystemWork], fleet: Fleet, clock: Clock, *, pretended: bool) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock
        self.pretended = pretended

    async def state(self, actor: Actor) -> SystemState:
        actor.demand(Right.READ_SYSTEM)
        return await self.measured()

    async def measured(self) -> SystemState:
        """Return the state for metrics, without a check of rights."""
        async with self._store.read() as work:
            halt = await work.halts.state()
            calls = len(await work.attempts.alive())
        return SystemState(
            halt=halt,
            pbxs=self._pbxs(),
            calls=calls,
            clock_trusted=not self._clock.doubt(),
            now=self._clock.now(),
            pretended=self.pretended,
        )

    def _pbxs(self) -> dict[str, bool]:
        return {name: self._fleet.at_work(name) for name in self._fleet.telephonies}


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
    """The machine and its running and paused campaigns, for followers."""

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
