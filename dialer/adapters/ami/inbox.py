"""Events of one Asterisk, translated, in one queue and in the order of arrival.

The channels of callees, by attempt, are learnt from them, too: hanging up one needs no list of all.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

import structlog

from dialer.adapters.ami.network_answers import NetworkAnswers
from dialer.adapters.ami.translate import (
    Malformed,
    OriginateFailed,
    PbxTime,
    Unusable,
    callee_call,
    text,
    translate,
)
from dialer.adapters.ami.wire import Headers
from dialer.domain.base.types import AttemptId
from dialer.domain.calls.call_events import CallEvent, Dialing, Ended, Refused
from dialer.ports.clock import Clock
from dialer.ports.telephony import LineUsed, LinkLost, LinkUp, TelephonyEvent

_BIRTHS = {"DialBegin": "dest", "DialState": "dest", "UserEvent": "", "CoreShowChannel": ""}
"""Events that come only while the channel lives, each with the prefix of its headers."""


_BEGUN = _BIRTHS.keys() - {"CoreShowChannel"}
"""Among them, events that come only once the INVITE waits to be sent, or has left."""


class CalleeChannels:
    def __init__(self) -> None:
        self._channels: dict[AttemptId, str] = {}
        self._begun: set[AttemptId] = set()

    def feed(self, fields: Headers) -> None:
        try:
            self._feed(fields)
        except Malformed:
            return

    def _feed(self, fields: Headers) -> None:
        event = text(fields, "event")
        if event == "Hangup":
            attempt = callee_call(fields)
            if attempt and self._channels.get(attempt) == text(fields, "channel"):
                del self._channels[attempt]
                self._begun.discard(attempt)
        elif event in _BIRTHS:
            prefix = _BIRTHS[event]
            attempt = callee_call(fields, prefix)
            if attempt:
                self._channels[attempt] = text(fields, f"{prefix}channel")
                if event in _BEGUN:
                    self._begun.add(attempt)

    def reset(self, channels: Iterable[Headers]) -> None:
        """Start again from a list of all channels: a lost link may have hidden hang-ups."""
        self._channels.clear()
        for fields in channels:
            self.feed(fields)
        self._begun &= self._channels.keys()

    def begun(self, attempt: AttemptId) -> bool:
        """Return True where the dialling of its callee was seen to begin."""
        return attempt in self._begun

    def of(self, attempt: AttemptId) -> str | None:
        return self._channels.get(attempt)


log = structlog.get_logger()

LINE_USED = "DialerLine"
"""The UserEvent of dialplans/95-inbound.conf.

It names no attempt. Its content is read from the PBX's memory.
"""


@dataclass(frozen=True, slots=True)
class LinkClosed:
    """The last item. `error` is set where the link ended by a fault."""

    error: BaseException | None = None


class Inbox:
    """Queue of one PBX's events. `copies` is the key of the PBX's copies of SIP messages.

    `on_failed` gets each Originate that came to nothing without a word from the gate. It must not
    raise. `unusable` counts by kind of event.
    """

    def __init__(
        self, pbx: str, copies: str, clock: Clock, pbx_time: PbxTime, on_failed: Callable[[AttemptId], None]
    ) -> None:
        self.callees = CalleeChannels()
        self.answers = NetworkAnswers(pbx, copies, self.put, clock.now)
        self.unusable: Counter[str] = Counter()
        self._pbx = pbx
        self._clock = clock
        self._pbx_time = pbx_time
        self._on_failed = on_failed
        self._at_the_gate: set[AttemptId] = set()
        self._queue: asyncio.Queue[TelephonyEvent | LinkClosed] = asyncio.Queue()

    def event(self, fields: Headers) -> None:
        if fields.get("userevent") == LINE_USED:
            self.put(LineUsed(self._pbx))
            return
        self.callees.feed(fields)
        match translate(fields, self._clock.now(), self._pbx_time):
            case None:
                return
            case OriginateFailed(attempt_id):
                self._failed(attempt_id)
            case Unusable() as unusable:
                self.warn(unusable)
            case event:
                self._note(event)
                if isinstance(event, Ended):
                    self.answers.tell(event)
                else:
                    self.put(event)

    def _note(self, event: CallEvent) -> None:
        if isinstance(event, Dialing | Refused):
            self._at_the_gate.add(event.attempt_id)
        elif isinstance(event, Ended):
            self._at_the_gate.discard(event.attempt_id)

    def _failed(self, attempt_id: AttemptId) -> None:
        """Hand on an Originate that failed, unless the gate has spoken of it.

        In Asterisk's words almost every Originate fails, as its half of the channel never answers.
        Few need a check.
        """
        if attempt_id in self._at_the_gate:
            self._at_the_gate.discard(attempt_id)
        else:
            self._on_failed(attempt_id)

    def put(self, event: TelephonyEvent) -> None:
        self._queue.put_nowait(event)

    def warn(self, unusable: Unusable) -> None:
        self.unusable[unusable.what] += 1
        log.warning(
            "unusable report of the PBX",
            pbx=self._pbx,
            what=unusable.what,
            why=unusable.why,
            so_far=self.unusable[unusable.what],
        )

    def up(self) -> None:
        self.put(LinkUp(self._pbx))

    def lost(self) -> None:
        self._at_the_gate.clear()
        self.answers.flush()
        self.put(LinkLost(self._pbx))

    def broken(self, error: BaseException) -> None:
        self._queue.put_nowait(LinkClosed(error))

    def close(self) -> None:
        self._queue.put_nowait(LinkClosed())

    async def stream(self) -> AsyncIterator[TelephonyEvent]:
        """Yield events until closed.

        Raise the error that broke the link: a fault is never silence.
        """
        while True:
            item = await self._queue.get()
            if isinstance(item, LinkClosed):
                if item.error is not None:
                    raise item.error
                return
            yield item
