"""The callees' speech: voice-like A-law made by arithmetic.

A detector of talking takes it for a voice.
"""

import math
from functools import cache

from dialer.simulated_callees.personas import Says

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
