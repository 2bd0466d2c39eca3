"""Telephone audio as a file that any player takes."""

import struct

ALAW, RATE = 6, 8000
"""WAVE_FORMAT_ALAW (RFC 2361), samples a second."""


def wave_of(audio: bytes) -> bytes:
    """Return a RIFF/WAVE file around A-law, one byte a sample."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, ALAW, 1, RATE, RATE, 1, 8)
    data = struct.pack("<4sI", b"data", len(audio)) + audio
    return struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(data), b"WAVE") + form + data
