"""A circuit breaker for each trunk.

Signs that the trunk cannot get calls through slow them down, then pause its campaigns. Consents of
numbers that it reports as unallocated end only once it has reached a callee (T057). Everything is
counted in the store, regardless of the process that made the calls.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog

from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.retry import ClosedReason, Due, number_gone
from dialer.domain.calls.trunk_health import LAST_CALLS, TrunkHealth
from dialer.domain.campaigns.campaign import CampaignState, PauseCause
from dialer.domain.consent import NETWORK, ConsentWithdrawn
from dialer.domain.numbers.number_plan import country_code
from dialer.ports.calls import HasAttempts, HasTrunks
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store
from dialer.services.acts.campaigns import CampaignWork, pause
from dialer.services.acts.people import ConsentWork, add_consents

log = structlog.get_logger()

LOOK_EVERY_S = 1.0
"""Greatest age of a trunk's pace, in seconds: another process may have found it failing."""
BY_THE_CALL = "call"
"""Recorder of a withdrawal brought by the call itself: the number is unallocated."""


class BreakerWork(CampaignWork, ConsentWork, HasAttempts, HasTrunks, Protocol):
    """The unit of work of a circuit breaker: it pauses campaigns, and ends or keeps consents."""


class TrunkBreaker:
    def __init__(self, store: Store[BreakerWork], clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._paces: dict[str, tuple[float, float]] = {}
        self._rests: dict[str, datetime] = {}

    async def pace(self, trunk: str) -> float:
        """Return the share of its rate for the trunk now, in [0, 1]; 0 while it asked for rest."""
        now = self._clock.monotonic()
        looked, pace = self._paces.get(trunk, (-LOOK_EVERY_S, 1.0))
        if now - looked >= LOOK_EVERY_S:
            pace = (await self._health(trunk)).pace
            self._paces[trunk] = now, pace
            async with self._store.read() as work:
                rests_until = await work.trunks.rests_until(trunk)
            if rests_until:
                self._rests[trunk] = rests_until
        until = self._rests.get(trunk)
        return 0.0 if until and self._clock.now() < until else pace

    async def rest(self, trunk: str, until: datetime) -> None:
        """Rest the trunk until an instant, as it asked (RFC 3261, 20.33), in every process.

        An earlier, longer wish stands.
        """
        known = self._rests.get(trunk)
        if known and known >= until:
            return
        self._rests[trunk] = until
        async with self._store.write() as work:
            await work.trunks.rest(trunk, until)
        log.warning("trunk asks for rest", trunk=trunk, until=until)

    async def check(self, attempts: Sequence[Attempt]) -> None:
        """Check calls that have ended and been stored.

        Consents of unallocated numbers end once the trunk has reached a callee.
        """
        for trunk in {attempt.trunk for attempt in attempts if attempt.dialed_at}:
            health = await self._health(trunk)
            self._paces[trunk] = self._clock.monotonic(), health.pace
            if health.failing:
                await self._open(trunk, health)
                continue
            if any(attempt.trunk == trunk and number_gone(attempt) for attempt in attempts):
                await release_late(self._store, trunk, at=self._clock.now())
            for code, dialed_at in _reached(attempts, trunk).items():
                gone = await trunk_reached(self._store, trunk, code, before=dialed_at, at=self._clock.now())
                if gone:
                    log.info("numbers are nobody's: their consents ended", trunk=trunk, numbers=gone)

    async def _health(self, trunk: str) -> TrunkHealth:
        async with self._store.read() as work:
            return TrunkHealth(await work.trunks.last_calls(trunk, limit=LAST_CALLS))

    async def _open(self, trunk: str, health: TrunkHealth) -> None:
        reason = f"trunk {trunk}: {health.complaint()}"
        async with self._store.read() as work:
            running = await work.campaigns.in_state(CampaignState.RUNNING)
        for campaign in running:
            if campaign.definition.trunk == trunk:
                await pause(self._store, self._clock, campaign.id, PauseCause.TRUNK, reason)
        reopened = await trunk_failed(self._store, trunk, at=self._clock.now())
        log.error("trunk failing", trunk=trunk, reason=reason, consents_kept=reopened)


def _reached(attempts: Sequence[Attempt], trunk: str) -> dict[str, datetime]:
    """Return the countries where a callee answered, each with the latest dialling time."""
    found: dict[str, datetime] = {}
    for attempt in attempts:
        if attempt.trunk == trunk and attempt.answered_at and attempt.dialed_at:
            code = country_code(attempt.number)
            found[code] = max(found.get(code, attempt.dialed_at), attempt.dialed_at)
    return found


async def trunk_failed(store: Store[BreakerWork], trunk: str, *, at: datetime) -> int:
    """Look only at calls decided after `at`, and end none of the consents that wait.

    Their contacts are due again. Return how many consents waited.
    """
    async with store.write() as work:
        await work.trunks.look_anew(trunk, since=at)
        released = await work.trunks.take_held(trunk, late=False)
        await _call_again(work, released, at)
    return len(released)


async def release_late(store: Store[BreakerWork], trunk: str, *, at: datetime) -> int:
    """Release, too, calls decided while the trunk was failing that ended only later."""
    async with store.read() as work:
        if not await work.trunks.held_late(trunk):
            return 0
    async with store.write() as work:
        released = await work.trunks.take_held(trunk, late=True)
        await _call_again(work, released, at)
    return len(released)


async def trunk_reached(
    store: Store[BreakerWork], trunk: str, country_code: str, *, before: datetime, at: datetime
) -> int:
    """End the consents whose numbers were reported unallocated before then (T057).

    The trunk has reached a callee of that country with a call dialled at `before`. `at` is the time
    of recording. Return the count of numbers.
    """
    async with store.read() as work:
        if not await work.trunks.proved(trunk, country_code, before=before):
            return 0
    async with store.write() as work:
        ids = await work.trunks.take_proved(trunk, country_code, before=before)
        calls = (await work.attempts.get_many(ids)).values()
        gone = [ConsentWithdrawn(call.fingerprint, None, NETWORK, call.ended_at or at, at) for call in calls]
        await add_consents(work, gone, by=BY_THE_CALL)
    return len(ids)


async def _call_again(work: BreakerWork, attempt_ids: Sequence[AttemptId], at: datetime) -> None:
    """Make due the contacts of these calls that are closed because their number is unallocated."""
    calls = await work.attempts.get_many(attempt_ids)
    gone = await work.contacts.closed_for(
        ClosedReason.NUMBER_GONE, {call.contact_id for call in calls.values()}
    )
    await work.contacts.change(dict.fromkeys(gone, Due(at)))
