"""A PBX in memory that keeps the promises of the real one: gate, outboxes, events.

Several services may have a link to it. The real Asterisk is driven in tests/pbx and
tests/acceptance; this one is for histories that no real part can be led through in bulk.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from dialer.domain.base.halt import HaltFlag
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.call_events import (
    Answered,
    CallEvent,
    ChannelGone,
    Dialing,
    DialStatus,
    Ended,
    Opposed,
    RefusalCause,
    Refused,
    Ringing,
    TraceStep,
    TraceVerb,
)
from dialer.domain.oppositions.suppression import PbxSuppression
from dialer.ports.telephony import CallOrder, LineObjection


class Act(StrEnum):
    """Act of a callee in the notice, or after it."""

    ONE = "presses 1"
    NINE = "presses 9"
    NINE_CUT = "presses 9 and hangs up before letting go"


TRACES = {
    Act.ONE: ("done notice", "key 1", "play message", "done message"),
    Act.NINE: ("cut notice", "key 9"),
    Act.NINE_CUT: ("cut notice",),
}


class Listener(Protocol):
    def hear(self, event: CallEvent) -> None: ...


def obedient(_number: str) -> Act:
    return Act.ONE


@dataclass(slots=True)
class ScriptedPbx:
    """The PBX. `acts` is each callee's act; `watch` sees every INVITE before it leaves."""

    now: Callable[[], datetime]
    acts: Callable[[str], Act] = obedient
    pbx: str = "pbx1"
    watch: Callable[[str, CallOrder], None] = lambda pbx, order: None
    halted: HaltFlag | None = None
    invites: Counter[str] = field(default_factory=Counter)
    paused: dict[CampaignId, str] = field(default_factory=dict)
    hesitates: bool = False
    """Calls that passed the gate are sent only on demand."""
    passed: dict[AttemptId, CallOrder] = field(default_factory=dict)
    used: set[AttemptId] = field(default_factory=set)
    withheld: set[AttemptId] = field(default_factory=set)
    locked: set[PbxSuppression] = field(default_factory=set)
    mark: str | None = None
    writes: int = 0
    """Suppressions that it was given, even those it held already."""
    opposed: dict[AttemptId, Opposed] = field(default_factory=dict)
    ended: dict[AttemptId, Ended] = field(default_factory=dict)
    alive: dict[AttemptId, CallOrder] = field(default_factory=dict)
    unfit: RefusalCause | None = None
    """Its own account while it does not keep entries."""
    late: list[CallOrder] = field(default_factory=list)
    """Originates that are still under way."""
    line: dict[str, LineObjection] = field(default_factory=dict)
    """Oppositions of the call-back line, by key."""
    hung_up: list[AttemptId] = field(default_factory=list)
    cancelled: list[AttemptId] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)

    def gate(self, order: CallOrder) -> None:
        attempt = order.attempt
        if why := self._refusal(order):
            self._tell(Refused(attempt.id, self.now(), why))
            return
        self.used.add(attempt.id)
        self._tell(Dialing(attempt.id, self.now()))
        self.passed[attempt.id] = order
        if not self.hesitates:
            self.send()

    def send(self) -> None:
        """Send the INVITEs of all calls that passed the gate."""
        orders, self.passed = self.passed, {}
        for attempt_id, order in orders.items():
            self.invites[order.attempt.number] += 1
            self.watch(self.pbx, order)
            self.alive[attempt_id] = order
            self._tell(Ringing(attempt_id, self.now()))

    def deliver(self) -> None:
        """Let calls under way arrive."""
        orders, self.late = self.late, []
        for order in orders:
            self.gate(order)

    def play_on(self, attempt_id: AttemptId) -> None:
        """Let the callee answer, hear the notice and act; the call ends.

        No service needs to listen.
        """
        order = self.alive.pop(attempt_id)
        self._tell(Answered(attempt_id, self.now()))
        act = self.acts(order.attempt.number)
        whose = PbxSuppression(order.attempt.fingerprint, order.sponsor_key)
        if act is Act.NINE:
            self.locked.add(whose)
        if act in {Act.NINE, Act.NINE_CUT}:
            self.opposed[attempt_id] = Opposed(attempt_id, self.now(), whose)
            self._tell(Opposed(attempt_id, self.now()))
        steps = (step.split() for step in TRACES[act])
        trace = tuple(TraceStep(self.now(), TraceVerb(verb), name) for verb, name in steps)
        self._end(Ended(attempt_id, self.now(), DialStatus.ANSWER, 16, 200, trace))

    def cancel(self, attempt_id: AttemptId) -> None:
        """Cancel: the telephone stops ringing; the dialplan reports the end."""
        if self.alive.pop(attempt_id, None) or self.passed.pop(attempt_id, None):
            self._end(Ended(attempt_id, self.now(), DialStatus.CANCEL, 16, 487, ()))

    def withhold(self, attempt_id: AttemptId) -> bool:
        """Return True where its INVITE never left, and never will."""
        if attempt_id not in self.used:
            self.used.add(attempt_id)
            self.withheld.add(attempt_id)
        return attempt_id in self.withheld

    def _end(self, ended: Ended) -> None:
        self.ended[ended.attempt_id] = ended
        self._tell(ended)
        self._tell(ChannelGone(ended.attempt_id, self.now()))

    def _refusal(self, order: CallOrder) -> RefusalCause | None:
        attempt = order.attempt
        if self.unfit:
            return self.unfit
        locks = {PbxSuppression(attempt.fingerprint, key) for key in (order.sponsor_key, None)}
        if attempt.id in self.used:
            return RefusalCause.REPEATED
        if self.now() >= attempt.expires_at:
            return RefusalCause.EXPIRED
        if self.halted:
            return RefusalCause.HALTED
        if attempt.campaign_id in self.paused:
            return RefusalCause.PAUSED
        return RefusalCause.SUPPRESSED if locks & self.locked else None

    def _tell(self, event: CallEvent) -> None:
        for listener in list(self.listeners):
            listener.hear(event)
