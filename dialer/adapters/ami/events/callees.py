"""Which channel is the callee of which attempt, learnt from events: nobody has to list all channels to hang up one."""

from collections.abc import Iterable

from dialer.adapters.ami.connection.wire import Fields
from dialer.adapters.ami.events.report import Malformed, text
from dialer.adapters.ami.events.translate import callee_call
from dialer.domain.base.types import AttemptId

_BIRTHS = {"DialBegin": "dest", "DialState": "dest", "UserEvent": "", "CoreShowChannel": ""}
"""Events that only come while the channel lives, and the prefix of its headers."""


_BEGUN = _BIRTHS.keys() - {"CoreShowChannel"}
"""Of these, those that only come once the INVITE waits to be sent, or has left."""


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
        """Start again from a list of all channels: after a loss of the link, hang-ups may have been missed."""
        self._channels.clear()
        for fields in channels:
            self.feed(fields)
        self._begun &= self._channels.keys()

    def begun(self, attempt: AttemptId) -> bool:
        """Whether the dialling of its callee was seen to begin."""
        return attempt in self._begun

    def of(self, attempt: AttemptId) -> str | None:
        return self._channels.get(attempt)
