"""A circuit breaker for each trunk: what says that the trunk cannot get calls through slows them down, then pauses its campaigns.

Everything is counted in the store, whichever process made the calls.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog

from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.retry import number_gone
from dialer.domain.calls.trunk_health import LAST_CALLS, TrunkHealth
from dialer.domain.numbers.number_plan import country_code
from dialer.ports.clock import Clock
from dialer.ports.store import Store
from dialer.services.calls.pausing import pause

log = structlog.get_logger()

LOOK_EVERY_S = 1.0
"""How old the pace of a trunk may be: another process may have found it failing."""


class TrunkBreaker:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._paces: dict[str, tuple[float, float]] = {}
        self._rests: dict[str, datetime] = {}

    async def pace(self, trunk: str) -> float:
        """The share of its rate that the trunk is given now, in [0, 1]: none as long as it asked to be left in peace."""
        now = self._clock.monotonic()
        looked, pace = self._paces.get(trunk, (-LOOK_EVERY_S, 1.0))
        if now - looked >= LOOK_EVERY_S:
            pace = (await self._health(trunk)).pace
            self._paces[trunk] = now, pace
            if until := await self._store.trunks.rests_until(trunk):
                self._rests[trunk] = until
        until = self._rests.get(trunk)
        return 0.0 if until and self._clock.now() < until else pace

    async def rest(self, trunk: str, until: datetime) -> None:
        """It asked for that (RFC 3261, 20.33): from now on, and in every process. An earlier, longer wish stands."""
        known = self._rests.get(trunk)
        if known and known >= until:
            return
        self._rests[trunk] = until
        await self._store.trunks.rest(trunk, until)
        log.warning("trunk asks for rest", trunk=trunk, until=until)

    async def look(self, attempts: Sequence[Attempt]) -> None:
        """At calls that have ended and been stored. Consents whose numbers are nobody's end once the trunk has reached somebody."""
        for trunk in {attempt.trunk for attempt in attempts if attempt.dialed_at}:
            health = await self._health(trunk)
            self._paces[trunk] = self._clock.monotonic(), health.pace
            if health.failing:
                await self._open(trunk, health)
                continue
            if any(attempt.trunk == trunk and number_gone(attempt) for attempt in attempts):
                await self._store.trunks.release(trunk, at=self._clock.now())
            for code, dialed_at in _reached(attempts, trunk).items():
                gone = await self._store.trunks.reached(trunk, code, before=dialed_at, at=self._clock.now())
                if gone:
                    log.info("numbers are nobody's: their consents ended", trunk=trunk, numbers=gone)

    async def _health(self, trunk: str) -> TrunkHealth:
        return TrunkHealth(await self._store.trunks.last_calls(trunk, limit=LAST_CALLS))

    async def _open(self, trunk: str, health: TrunkHealth) -> None:
        reason = f"trunk {trunk}: {health.complaint()}"
        for campaign in await self._store.campaigns.running():
            if campaign.definition.trunk == trunk:
                await pause(self._store, self._clock, campaign.id, reason)
        reopened = await self._store.trunks.fail(trunk, at=self._clock.now())
        log.error("trunk failing", trunk=trunk, reason=reason, consents_kept=reopened)


def _reached(attempts: Sequence[Attempt], trunk: str) -> dict[str, datetime]:
    """Countries in which somebody answered, each with when the latest of these calls was dialled."""
    found: dict[str, datetime] = {}
    for attempt in attempts:
        if attempt.trunk == trunk and attempt.answered_at and attempt.dialed_at:
            code = country_code(attempt.number)
            found[code] = max(found.get(code, attempt.dialed_at), attempt.dialed_at)
    return found
