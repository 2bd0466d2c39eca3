"""Channels of callees by attempt, learnt from events: hanging up one needs no list of all."""

from collections.abc import Iterable

from dialer.adapters.ami.connection.wire import Fields
from dialer.adapters.ami.events.report import Malformed, text
from dialer.adapters.ami.events.translate import callee_call
from dialer.domain.base.types import AttemptId

_BIRTHS = {"DialBegin": "dest", "DialState": "dest", "UserEvent": "", "CoreShowChannel": ""}
"""Events that come only while the channel lives, each with the prefix of its headers."""


_BEGUN = _BIRTHS.keys() - {"CoreShowChannel"}
"""Among them, events that come only once the INVITE waits to be sent, or has left."""


class CalleeChannels:
    def __init__(self) -> None:
        self._channels: dict[AttemptId, str] = {}
        self._begun: set[AttemptId] = set()

    def feed(self, fields: Fields) -> None:
        try:
            self._feed(fields)
        except Malformed:
            return

    def _feed(self, fields: Fields) -> None:
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

    def reset(self, channels: Iterable[Fields]) -> None:
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
