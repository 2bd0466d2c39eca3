"""The packets of one callee: 50 a second of speech or silence, and its keys (RFC 4733).

Keys are sent as telephone events. The speech is voice-like A-law made by arithmetic, which a
detector of talking takes for a voice.
"""

import math
from collections import deque
from dataclasses import dataclass
from functools import cache

from dialer.simulated_callees.personas import Says
from dialer.simulated_callees.rtp import FRAME, FRAME_S, RtpSource

RATE = 8000
SILENCE = 0xD5
"""The A-law byte of a zero sample (ITU-T G.711)."""
_SILENT = bytes((0x55, 0xD5, 0x54, 0xD4, 0x57, 0xD7))
_PITCH_HZ = 130
_SYLLABLES_HZ = 4
_BEEP_HZ = 1000


def is_silent(frame: bytes) -> bool:
    """Return whether every A-law byte is within two steps of zero, too quiet to be heard."""
    return not frame.translate(None, _SILENT)


def alaw(sample: int) -> int:
    """Return the A-law byte of a 16-bit sample (ITU-T G.711, table 1)."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(abs(sample), 32767) >> 3
    segment = max(magnitude.bit_length() - 5, 0)
    step = magnitude >> max(segment, 1) & 0x0F
    return (sign | segment << 4 | step) ^ 0x55


def _voice(seconds: float) -> bytes:
    def sample(n: int) -> int:
        turn = 2 * math.pi * n / RATE
        loud = 0.3 + 0.7 * math.sin(turn * _SYLLABLES_HZ / 2) ** 2
        tone = sum(math.sin(turn * _PITCH_HZ * harmonic) / harmonic for harmonic in (1, 2, 3, 5, 8))
        return int(4000 * loud * tone)

    return bytes(alaw(sample(n)) for n in range(int(seconds * RATE)))


def _beep(seconds: float) -> bytes:
    return bytes(
        alaw(int(8000 * math.sin(2 * math.pi * _BEEP_HZ * n / RATE))) for n in range(int(seconds * RATE))
    )


@cache
def spoken(says: Says) -> bytes:
    """Return A-law at 8 kHz, a whole number of 20 ms frames; empty for a silent callee."""
    match says:
        case Says.NOTHING:
            return b""
        case Says.HELLO:
            return _voice(0.6)
        case Says.GREETING_AND_BEEP:
            return _voice(9.0) + _beep(0.5)


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
