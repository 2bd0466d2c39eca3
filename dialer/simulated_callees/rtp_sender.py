"""The packets of one callee: 50 a second of speech or silence, and its keys (RFC 4733).

Keys are sent as telephone events.
"""

from collections import deque
from dataclasses import dataclass

from dialer.simulated_callees.rtp import FRAME, FRAME_S, RtpSource
from dialer.simulated_callees.speech import SILENCE

_QUIET = bytes([SILENCE]) * FRAME
_END_PACKETS = 3


@dataclass(slots=True)
class KeyPress:
    """A key that went down; `up` is None while it is down, or when the call ended first.

    `down` and `up` are seconds of the monotonic clock, `timestamp` and `samples` its RTP start and
    length.
    """

    key: str
    down: float
    timestamp: int
    samples: int
    up: float | None = None


class RtpSender:
    """The sender of one callee. `pressed` is every key that went down, in order."""

    def __init__(self, source: RtpSource, speech: bytes) -> None:
        self.pressed: list[KeyPress] = []
        self._source = source
        self._speech = speech
        self._waiting: deque[tuple[str, float]] = deque()
        self._down: KeyPress | None = None
        self._sequence = source.ssrc & 0xFFFF
        self._timestamp = 0

    def press(self, key: str, held_s: float) -> None:
        """Put the key down at the next packet, or when the one before it is up again."""
        self._waiting.append((key, held_s))

    def packets(self, now: float) -> list[bytes]:
        """Return the packets due at `now`."""
        if self._down is None and self._waiting:
            self._down = self._begin(now, *self._waiting.popleft())
        if self._down:
            packets = self._event(self._down, now)
        else:
            start = self._timestamp
            frame = self._speech[start : start + FRAME] or _QUIET
            packets = [self._source.audio(self._sequence, start, frame)]
        self._timestamp += FRAME
        self._sequence += len(packets)
        return packets

    def _begin(self, now: float, key: str, held_s: float) -> KeyPress:
        press = KeyPress(key, now, self._timestamp, round(held_s / FRAME_S) * FRAME)
        self.pressed.append(press)
        return press

    def _event(self, press: KeyPress, now: float) -> list[bytes]:
        duration = self._timestamp - press.timestamp + FRAME
        end = duration >= press.samples
        if end:
            press.up, self._down = now, None
        return [
            self._source.event(self._sequence + n, press.timestamp, press.key, duration, end=end)
            for n in range(_END_PACKETS if end else 1)
        ]
