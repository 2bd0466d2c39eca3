"""The link of one service to a scripted PBX.

It can be cut, and it may lose, repeat and reorder events.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.halt import Halt, HaltFlag
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.call_events import CallEvent, Opposed, PbxOutbox, RefusalCause
from dialer.domain.oppositions.suppression import PbxSuppression
from dialer.ports.telephony import (
    CallOrder,
    Line,
    LineObjection,
    LineUsed,
    LinkLost,
    LinkUp,
    ProbeEnd,
    ProbeOrder,
    TelephonyEvent,
)
from tests.integration.scripted_pbx import ScriptedPbx


def no_line(_order: ProbeOrder) -> ProbeEnd:
    return ProbeEnd(None, refused="NOT_OURS")


@dataclass(slots=True)
class ScriptedLink:
    """Implementation of `ports.telephony.Telephony`.

    With `slow`, Originates stay under way without an answer. `answers` says how a number of ours
    answers.
    """

    machine: ScriptedPbx
    answers: Callable[[ProbeOrder], ProbeEnd] = no_line
    chance: Random | None = None
    slow: bool = False
    linked: bool = True
    queue: asyncio.Queue[TelephonyEvent] = field(default_factory=asyncio.Queue)
    delayed: list[CallEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.machine.listeners.append(self)
        if self.linked:
            self.queue.put_nowait(LinkUp(self.pbx))

    @property
    def pbx(self) -> str:
        return self.machine.pbx

    def hear(self, event: CallEvent) -> None:
        if not self.linked:
            return
        match self.chance.random() if self.chance else 1.0:
            case luck if luck < 0.15:
                return
            case luck if luck < 0.3:
                self.delayed.append(event)
                return
            case luck if luck < 0.4:
                self.queue.put_nowait(event)
        for told in (event, *self.delayed):
            self.queue.put_nowait(told)
        self.delayed.clear()

    def cut(self) -> None:
        """Cut the link, losing everything on its way."""
        if self.linked:
            self._lose()
            self.queue.put_nowait(LinkLost(self.pbx))

    def mend(self) -> None:
        if not self.linked:
            self.linked = True
            self.queue.put_nowait(LinkUp(self.pbx))

    def die(self) -> None:
        """End the link with its process."""
        self._lose()
        if self in self.machine.listeners:
            self.machine.listeners.remove(self)

    def _lose(self) -> None:
        self.linked = False
        self.delayed.clear()
        while not self.queue.empty():
            self.queue.get_nowait()

    async def events(self) -> AsyncIterator[TelephonyEvent]:
        while True:
            yield await self.queue.get()

    async def originate(self, order: CallOrder) -> None:
        self._need_link()
        if self.slow:
            self.machine.late.append(order)
            raise Unavailable("the PBX did not answer")
        self.machine.gate(order)

    async def hang_up(self, attempt_id: AttemptId) -> None:
        self._need_link()
        self.machine.hung_up.append(attempt_id)

    async def cancel(self, attempt_id: AttemptId) -> None:
        self._need_link()
        self.machine.cancelled.append(attempt_id)

    async def revoke(self, attempt_id: AttemptId) -> None:
        self._need_link()
        self.machine.withhold(attempt_id)
        self.machine.cancel(attempt_id)

    async def withhold(self, attempts: Sequence[Attempt]) -> frozenset[AttemptId]:
        self._need_link()
        return frozenset(attempt.id for attempt in attempts if self.machine.withhold(attempt.id))

    async def leave_message(self, attempt_id: AttemptId, *, spoken: bool) -> None:
        self._need_link()

    async def probe(self, order: ProbeOrder) -> ProbeEnd:
        self._need_link()
        return self.answers(order)

    async def set_lines(self, lines: Sequence[Line], *, known: Collection[str] | None = None) -> None:
        self._need_link()

    async def line_objections(self) -> list[LineObjection]:
        self._need_link()
        return list(self.machine.line.values())

    async def clear_line_objections(self, keys: Sequence[str]) -> None:
        self._need_link()
        for key in keys:
            self.machine.line.pop(key, None)

    async def forget_expired(self) -> int:
        self._need_link()
        return 0

    async def hang_up_all(self) -> int:
        self._need_link()
        ringing = [*self.machine.alive, *self.machine.passed]
        for attempt_id in ringing:
            self.machine.cancel(attempt_id)
        return len(ringing)

    async def prove_memory(self, *, doubted: bool) -> None:
        self._need_link()
        if self.machine.unfit and (doubted or self.machine.unfit is RefusalCause.BROKEN):
            raise Unavailable("the PBX does not keep what is written to it")

    async def halt_flag(self) -> HaltFlag | None:
        self._need_link()
        return self.machine.halted

    async def set_halt(self, halt: Halt) -> None:
        self._need_link()
        self.machine.halted = HaltFlag(halt.id, halt.reason)

    async def pause_flag(self, campaign_id: CampaignId) -> str | None:
        self._need_link()
        return self.machine.paused.get(campaign_id)

    async def set_pause(self, campaign_id: CampaignId, until: datetime) -> None:
        self._need_link()
        self.machine.paused[campaign_id] = uuid.uuid4().hex

    async def clear_pause(self, campaign_id: CampaignId, flag: str) -> None:
        self._need_link()
        if self.machine.paused.get(campaign_id) == flag:
            del self.machine.paused[campaign_id]

    async def passing(self, attempt_ids: Collection[AttemptId]) -> frozenset[AttemptId]:
        self._need_link()
        return frozenset(attempt_ids) & self.machine.passed.keys()

    async def clear_halt(self) -> None:
        self._need_link()
        self.machine.halted = None

    async def suppress(self, entries: Sequence[PbxSuppression]) -> None:
        self._need_link()
        self.machine.locked.update(entries)
        self.machine.writes += len(entries)

    async def suppressed(self) -> list[PbxSuppression]:
        self._need_link()
        return list(self.machine.locked)

    async def unsuppress(self, entry: PbxSuppression) -> None:
        self._need_link()
        self.machine.locked.discard(entry)

    async def lacking(self, entries: Sequence[PbxSuppression]) -> list[PbxSuppression]:
        self._need_link()
        return [entry for entry in entries if entry not in self.machine.locked]

    async def lock_mark(self) -> str | None:
        self._need_link()
        return self.machine.mark

    async def set_lock_mark(self, mark: str) -> None:
        self._need_link()
        self.machine.mark = mark

    async def outbox(self, of: Collection[AttemptId] | None = None) -> PbxOutbox:
        self._need_link()
        pbx = self.machine
        opposed = tuple(entry for each, entry in pbx.opposed.items() if of is None or each in of)
        ended = tuple(entry for each, entry in pbx.ended.items() if of is None or each in of)
        return PbxOutbox(opposed, ended, frozenset([*pbx.alive, *pbx.passed]))

    async def opposed(self) -> tuple[Opposed, ...]:
        self._need_link()
        return tuple(self.machine.opposed.values())

    async def oppositions_kept(self) -> list[Opposed | LineUsed]:
        used = [LineUsed(self.pbx)] if self.machine.line else []
        return [*await self.opposed(), *used]

    async def clear_opposed(self, attempt_ids: Sequence[AttemptId]) -> None:
        self._need_link()
        for attempt_id in attempt_ids:
            self.machine.opposed.pop(attempt_id, None)

    async def clear_ended(self, attempt_ids: Sequence[AttemptId]) -> None:
        self._need_link()
        for attempt_id in attempt_ids:
            self.machine.ended.pop(attempt_id, None)

    def _need_link(self) -> None:
        if not self.linked:
            raise Unavailable("the link is cut")
