"""End of attempts that no PBX will report.

Their PBX was taken out of the configuration, or no process reaches it.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.ports.calls.attempts import HasAttempts
from dialer.ports.clock import Clock
from dialer.ports.pbx.leases import HasLeases, Heartbeat
from dialer.ports.unit_of_work import Store
from dialer.services.calls.call_event_applier import CallEventApplier
from dialer.services.calls.overdue import LONGEST_SILENCE
from dialer.services.calls.recovery import may_begin, settle

log = structlog.get_logger()

REAP_EVERY_S = 30.0
UNATTENDED_S = 300.0
"""Seconds without a sign of life of a driving process.

A restarted one may still learn from the PBX how its calls ended.
"""


class ReaperWork(HasAttempts, HasLeases, Protocol):
    """The unit of work that reads unattended attempts."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """The heartbeat of a PBX's lease, and since when (monotonic, seconds) it is that one."""

    heartbeat: Heartbeat | None
    since: float


class Reaper:
    """Ends unreported attempts. Every process runs one, for all PBXs.

    Of two that end the same attempt the first counts.
    """

    def __init__(self, store: Store[ReaperWork], calls: CallEventApplier, clock: Clock) -> None:
        self._store = store
        self._calls = calls
        self._clock = clock
        self._seen: dict[str, Sighting] = {}

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await self.turn()
            except Unavailable as error:
                log.warning("attempts not ended", error=str(error))
            await asyncio.sleep(REAP_EVERY_S)

    async def turn(self) -> None:
        """End the attempts that are over on unattended PBXs.

        An attempt never sent expires and counts nowhere. Any other is lost, and counts.
        """
        async with self._store.read() as work:
            alive = await work.attempts.alive()
        unattended = await self._unattended({attempt.pbx for attempt in alive})
        now = self._clock.now()
        ended = {a.id: a for a in alive if a.pbx in unattended and over(a, now)}
        unknown = frozenset[AttemptId]()
        await self._calls.commit([settle(a, unknown, unknown, now) for a in ended.values()], ended)
        if ended:
            log.error("attempts ended unheard", pbxs=sorted(unattended), attempts=len(ended))

    async def _unattended(self, pbxs: Iterable[str]) -> set[str]:
        async with self._store.read() as work:
            heartbeats, now = await work.leases.heartbeats(), self._clock.monotonic()
        before, self._seen = self._seen, {}
        for pbx in pbxs:
            last, beat = before.get(pbx), heartbeats.get(pbx)
            self._seen[pbx] = last if last and last.heartbeat == beat else Sighting(beat, now)
        return {pbx for pbx, seen in self._seen.items() if now - seen.since >= UNATTENDED_S}


def over(attempt: Attempt, now: datetime) -> bool:
    """Tell whether the attempt has ended by now in any case."""
    if attempt.state is AttemptState.PERMITTED:
        return not may_begin(attempt, now)
    return now > (attempt.dialed_at or attempt.expires_at) + LONGEST_SILENCE
