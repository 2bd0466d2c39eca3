"""A PBX in memory that keeps the promises of the real one: its gate, its outboxes, its events. Its link can be cut at any moment.

The real Asterisk is driven in tests/pbx and tests/acceptance; this one is for histories that no real part can be led through in bulk.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dialer.domain.attempt import Attempt
from dialer.domain.call_events import (
    Answered,
    AttemptId,
    CallEvent,
    ChannelGone,
    Dialing,
    DialStatus,
    Ended,
    Opposed,
    Outbox,
    PbxSuppression,
    Refused,
    Ringing,
    TraceStep,
    TraceVerb,
)
from dialer.domain.errors import Unavailable
from dialer.ports.telephony import (
    CallOrder,
    Line,
    LineObjection,
    LinkLost,
    LinkUp,
    ProbeEnd,
    ProbeOrder,
    TelephonyEvent,
)


def no_line(_: ProbeOrder) -> ProbeEnd:
    return ProbeEnd(None, refused="NOT_OURS")


@dataclass(slots=True)
class ScriptedPbx:
    """`opposes` says which numbers press 9 in the notice; everybody else presses 1. `answers` says how a number of ours does."""

    now: Callable[[], datetime]
    opposes: Callable[[str], bool]
    pbx: str = "pbx1"
    answers: Callable[[ProbeOrder], ProbeEnd] = no_line
    linked: bool = True
    halted: bool = False
    invites: Counter[str] = field(default_factory=Counter)
    used: set[AttemptId] = field(default_factory=set)
    withheld: set[AttemptId] = field(default_factory=set)
    locked: set[PbxSuppression] = field(default_factory=set)
    opposed: dict[AttemptId, Opposed] = field(default_factory=dict)
    ended: dict[AttemptId, Ended] = field(default_factory=dict)
    alive: dict[AttemptId, CallOrder] = field(default_factory=dict)
    queue: asyncio.Queue[TelephonyEvent] = field(default_factory=asyncio.Queue)

    async def originate(self, order: CallOrder) -> None:
        self._need_link()
        attempt = order.attempt
        entry = PbxSuppression(attempt.fingerprint, order.sponsor_key)
        if why := self._refusal(order, entry):
            self._tell(Refused(attempt.id, self.now(), why))
            return
        self.used.add(attempt.id)
        self.invites[attempt.number] += 1
        self.alive[attempt.id] = order
        self._tell(Dialing(attempt.id, self.now()))
        self._tell(Ringing(attempt.id, self.now()))

    async def probe(self, order: ProbeOrder) -> ProbeEnd:
        self._need_link()
        return self.answers(order)

    def play_on(self, attempt_id: AttemptId) -> None:
        """The callee answers, hears the notice and presses; the call ends. Nobody needs to listen."""
        order = self.alive.pop(attempt_id)
        self._tell(Answered(attempt_id, self.now()))
        if self.opposes(order.attempt.number):
            self.locked.add(PbxSuppression(order.attempt.fingerprint, order.sponsor_key))
            self.opposed[attempt_id] = Opposed(attempt_id, self.now())
            self._tell(self.opposed[attempt_id])
        self.ended[attempt_id] = self._end(attempt_id, order)
        self._tell(self.ended[attempt_id])
        self._tell(ChannelGone(attempt_id, self.now()))

    def cut(self) -> None:
        """What is on its way is lost."""
        self.linked = False
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(LinkLost(self.pbx))

    def mend(self) -> None:
        self.linked = True
        self.queue.put_nowait(LinkUp(self.pbx))

    async def events(self) -> AsyncIterator[TelephonyEvent]:
        while True:
            yield await self.queue.get()

    async def hang_up(self, attempt_id: AttemptId) -> None:
        self._need_link()

    async def revoke(self, attempt_id: AttemptId) -> None:
        """Nobody's phone goes on ringing; the dialplan reports the end."""
        self._need_link()
        self._withhold(attempt_id)
        if self.alive.pop(attempt_id, None):
            self.ended[attempt_id] = Ended(attempt_id, self.now(), DialStatus.CANCEL, 16, 487, ())
            self._tell(self.ended[attempt_id])

    async def withhold(self, attempts: Sequence[Attempt]) -> frozenset[AttemptId]:
        self._need_link()
        for attempt in attempts:
            self._withhold(attempt.id)
        return frozenset(self.withheld & {attempt.id for attempt in attempts})

    def _withhold(self, attempt_id: AttemptId) -> None:
        if attempt_id not in self.used:
            self.used.add(attempt_id)
            self.withheld.add(attempt_id)

    async def leave_message(self, attempt_id: AttemptId, *, spoken: bool) -> None:
        self._need_link()

    async def set_lines(self, lines: Sequence[Line]) -> None:
        self._need_link()

    async def line_objections(self) -> list[LineObjection]:
        self._need_link()
        return []

    async def clear_line_objections(self, keys: Sequence[str]) -> None:
        self._need_link()

    async def forget_expired(self) -> int:
        self._need_link()
        return 0

    async def hang_up_all(self) -> int:
        self._need_link()
        return len(self.alive)

    async def set_halt(self, reason: str) -> None:
        self._need_link()
        self.halted = True

    async def clear_halt(self) -> None:
        self._need_link()
        self.halted = False

    async def suppress(self, entries: Sequence[PbxSuppression]) -> None:
        self._need_link()
        self.locked.update(entries)

    async def suppressed(self) -> list[PbxSuppression]:
        self._need_link()
        return list(self.locked)

    async def unsuppress(self, entry: PbxSuppression) -> None:
        self._need_link()
        self.locked.discard(entry)

    async def outbox(self) -> Outbox:
        self._need_link()
        return Outbox(tuple(self.opposed.values()), tuple(self.ended.values()), frozenset(self.alive))

    async def clear_opposed(self, attempt_ids: Sequence[AttemptId]) -> None:
        self._need_link()
        for attempt_id in attempt_ids:
            self.opposed.pop(attempt_id, None)

    async def clear_ended(self, attempt_ids: Sequence[AttemptId]) -> None:
        self._need_link()
        for attempt_id in attempt_ids:
            self.ended.pop(attempt_id, None)

    def _refusal(self, order: CallOrder, entry: PbxSuppression) -> str:
        if order.attempt.id in self.used:
            return "REPEATED"
        if self.now() >= order.attempt.expires_at:
            return "EXPIRED"
        if self.halted:
            return "HALTED"
        return "SUPPRESSED" if {entry, PbxSuppression(entry.fingerprint, None)} & self.locked else ""

    def _end(self, attempt_id: AttemptId, order: CallOrder) -> Ended:
        opposes = self.opposes(order.attempt.number)
        steps = (
            ["cut notice", "key 9"] if opposes else ["done notice", "key 1", "play message", "done message"]
        )
        trace = tuple(TraceStep(self.now(), TraceVerb(step.split()[0]), step.split()[1]) for step in steps)
        return Ended(attempt_id, self.now(), DialStatus.ANSWER, 16, 200, trace)

    def _tell(self, event: CallEvent) -> None:
        if self.linked:
            self.queue.put_nowait(event)

    def _need_link(self) -> None:
        if not self.linked:
            raise Unavailable("the link is cut")
