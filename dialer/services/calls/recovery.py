"""Recovery of calls after a loss of the link, on overdue news, and where no process reaches a PBX.

No attempt is left in doubt, and nothing is dialled twice. The PBX's memory is read, and the calls
alive are asked for. Attempts on a PBX that was taken out of the configuration, or that no process
reaches, end by the clock.
"""

import asyncio
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.attempt_transitions import expire, mark_lost
from dialer.domain.calls.call_events import CallEvent, ChannelGone, RefusalCause, Refused, UnsentCause
from dialer.domain.ledger.entries_admin import link_changed
from dialer.ports.calls import HasAttempts
from dialer.ports.clock import Clock
from dialer.ports.pbx import HasLeases, Heartbeat
from dialer.ports.telephony import Telephony
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.services.calls.call_event_applier import CallEventApplier
from dialer.services.calls.pacing import LiveCalls
from dialer.services.oppositions.pbx_lock import PbxLock
from dialer.services.pbx.halts import Halts
from dialer.services.pbx.pauses import Pauses

SLACK = timedelta(seconds=2)
"""Time beyond an Originate's life: clocks differ a little, and an answer may be on its way."""


class RecoveryWork(HasAttempts, UnitOfWork, Protocol):
    """The unit of work of a recovery: attempts, and entries of the ledger about the link."""


class Recovery:
    def __init__(
        self,
        store: Store[RecoveryWork],
        calls: CallEventApplier,
        live_calls: LiveCalls,
        clock: Clock,
        lock: PbxLock,
        halts: Halts,
        pauses: Pauses,
    ) -> None:
        self._store = store
        self._calls = calls
        self._live_calls = live_calls
        self._clock = clock
        self._lock = lock
        self._halts = halts
        self._pauses = pauses

    async def recover(self, telephony: Telephony) -> None:
        """Recover the calls, then the lock, before anything is dialled on this PBX again."""
        async with self._store.read() as work:
            alive = await work.attempts.alive(pbx=telephony.pbx)
        await self._settle(telephony, alive, whole=True)
        await self._lock.make_whole(telephony)
        await self._lock.relieve(telephony)
        await self._pauses.agree(telephony)
        await self._note(telephony.pbx, up=True)
        log.info("pbx recovered", pbx=telephony.pbx, calls=self._live_calls.on_pbx(telephony.pbx))

    async def meet_halt(self, telephony: Telephony) -> None:
        await self._halts.meet(telephony)

    async def heed(self, telephony: Telephony, refusals: Sequence[Refused]) -> None:
        """Check whether a flag that makes the PBX refuse calls is still meant.

        Raise `Unavailable`.
        """
        if any(refused.why is RefusalCause.HALTED for refused in refusals):
            await self._halts.agree(telephony)
        if paused := [each.attempt_id for each in refusals if each.why is RefusalCause.PAUSED]:
            await self._pauses.heed(telephony, paused)

    async def keep_lock(self, telephony: Telephony) -> None:
        await self._halts.agree(telephony)
        await self._pauses.agree(telephony)
        await self._lock.keep_whole(telephony)

    async def note_lost(self, pbx: str) -> None:
        """Note the loss for the ledger: later events are learnt at the next recovery."""
        await self._note(pbx, up=False)

    async def reconcile(self, telephony: Telephony) -> None:
        """Bring every attempt of this PBX that should have begun by now to a known state."""
        now = self._clock.now()
        async with self._store.read() as work:
            attempts = await work.attempts.alive(pbx=telephony.pbx)
        await self._settle(telephony, [attempt for attempt in attempts if not may_begin(attempt, now)])

    async def overlooked(self, pbx: str) -> bool:
        """Tell whether the store knows an attempt on this PBX that the live calls lack.

        Another process left it behind.
        """
        now = self._clock.now()
        async with self._store.read() as work:
            attempts = await work.attempts.alive(pbx=pbx)
        return any(attempt.id not in self._live_calls and not may_begin(attempt, now) for attempt in attempts)

    async def _settle(
        self, telephony: Telephony, doubtful: Sequence[Attempt], *, whole: bool = False
    ) -> None:
        """Settle the `doubtful` attempts: none that has not left yet leaves after this.

        That holds for every process. The calls alive are asked for afterwards: a call that passes
        the gate meanwhile is among them. `whole`: the PBX may also remember calls that are over in
        the store, with events unread while the link was down.
        """
        asked = {attempt.id for attempt in (*doubtful, *self._live_calls.alive(telephony.pbx))}
        waiting = [attempt for attempt in doubtful if attempt.dialed_at is None]
        unsent = await telephony.withhold(waiting) if waiting else frozenset[AttemptId]()
        outbox = await telephony.outbox(None if whole else asked)
        await self._calls.apply(telephony, [*outbox.opposed, *outbox.ended])
        async with self._store.read() as work:
            alive = await work.attempts.alive(pbx=telephony.pbx)
        attempts, now = [attempt for attempt in alive if attempt.id in asked], self._clock.now()
        settled = [settle(attempt, outbox.alive, unsent, now) for attempt in attempts]
        known = {attempt.id: attempt for attempt in attempts}
        await self._calls.commit([attempt for attempt in settled if not attempt.alive], known)
        self._live_calls.correct(asked, settled)

    async def _note(self, pbx: str, *, up: bool) -> None:
        async with self._store.write() as work:
            work.record(link_changed(pbx, up=up, at=self._clock.now()))


def may_begin(attempt: Attempt, now: datetime) -> bool:
    """Tell whether its Originate may still be on its way."""
    return attempt.dialed_at is None and now < attempt.expires_at + SLACK


def settle(
    attempt: Attempt, alive_on_pbx: frozenset[AttemptId], unsent: frozenset[AttemptId], now: datetime
) -> Attempt:
    """Settle an attempt without an end.

    `alive_on_pbx` are alive. `unsent` are attempts whose INVITE never left nor will.
    """
    if attempt.id in alive_on_pbx:
        return attempt
    if attempt.id in unsent and attempt.dialed_at is None:
        return expire(attempt, now, UnsentCause.NEVER_SENT)
    if may_begin(attempt, now):
        return attempt
    return (
        expire(attempt, now, UnsentCause.NEVER_SENT)
        if attempt.state is AttemptState.PERMITTED
        else mark_lost(attempt, now)
    )


ASK_EVERY_S = 1.0
"""Least time between two questions to the PBX: for each it goes through all it remembers."""
LONGEST_SILENCE = timedelta(minutes=15)
"""Longer than the longest ringing and the longest call together: a call dialled then has ended."""


class Overdue:
    """A watch for overdue news of the attempts of one PBX.

    All questions are about a moment up to which every message has been heard. So messages read late
    make no attempt overdue.
    """

    def __init__(self) -> None:
        self._gone: dict[AttemptId, float] = {}
        self._asked = -math.inf

    def note(self, event: CallEvent, monotonic: float) -> None:
        """Note an event. The report of a call's end follows at once when its channel is gone."""
        if isinstance(event, ChannelGone):
            self._gone[event.attempt_id] = monotonic

    def settled(self, over: Iterable[AttemptId]) -> None:
        for attempt_id in over:
            self._gone.pop(attempt_id, None)

    def any(self, alive: Collection[Attempt], now: datetime, monotonic: float) -> bool:
        """Tell whether to ask the PBX. A gone channel counts once: then the PBX has to answer."""
        if monotonic < self._asked + ASK_EVERY_S:
            return False
        late = any(monotonic - since > SLACK.total_seconds() for since in self._gone.values())
        if late:
            self._gone.clear()
        if late or any(overdue(attempt, now) for attempt in alive):
            self._asked = monotonic
            return True
        return False


def overdue(attempt: Attempt, now: datetime) -> bool:
    """Tell whether the PBX should have told us more of the attempt by now."""
    if attempt.dialed_at is None:
        return now > attempt.expires_at + 2 * SLACK
    return now > attempt.dialed_at + LONGEST_SILENCE


log = structlog.get_logger()

REAP_EVERY_S = 30.0
UNATTENDED_S = 300.0
"""Seconds without a sign of life of a driving process.

A restarted one may still learn from the PBX how its calls ended.
"""


class OrphanWork(HasAttempts, HasLeases, Protocol):
    """The unit of work that reads unattended attempts."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """The heartbeat of a PBX's lease, and since when (monotonic, seconds) it is that one."""

    heartbeat: Heartbeat | None
    since: float


class OrphanedAttempts:
    """The end of attempts that no PBX will report. Every process runs one, for all PBXs.

    Of two that end the same attempt the first counts.
    """

    def __init__(self, store: Store[OrphanWork], calls: CallEventApplier, clock: Clock) -> None:
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
