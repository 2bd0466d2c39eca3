"""RTP packets (RFC 3550) and telephone events (RFC 4733), as bytes; 8 kHz clock, 20 ms a packet."""

import asyncio
import socket
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass

FRAME = 160
"""Samples, and A-law bytes, in one packet of 20 ms."""
FRAME_S = 0.02
PCMA = 8

_HEADER = struct.Struct("!BBHII")
_START = struct.Struct("!BBH")
_EVENT = struct.Struct("!BBH")
_VERSION_2 = 0x80
_MARKER = 0x80
_END = 0x80
_VOLUME = 10
_KEYS = "0123456789*#"


@dataclass(frozen=True, slots=True)
class RtpSource:
    """A sender's stream: its id and the payload type agreed for telephone events."""

    ssrc: int
    event_type: int

    def audio(self, sequence: int, timestamp: int, payload: bytes) -> bytes:
        """Return a packet of A-law."""
        return _HEADER.pack(_VERSION_2, PCMA, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, self.ssrc) + payload

    def event(self, sequence: int, timestamp: int, key: str, duration: int, *, end: bool) -> bytes:
        """Return a packet of a key that has been down for `duration` samples since `timestamp`.

        RFC 4733 section 2.3.
        """
        marker = _MARKER if duration <= FRAME and not end else 0
        header = _HEADER.pack(
            _VERSION_2, marker | self.event_type, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, self.ssrc
        )
        return header + _EVENT.pack(_KEYS.index(key), _VOLUME | (_END if end else 0), duration)


def audio_of(packet: bytes) -> tuple[int, bytes] | None:
    """Return the sequence number and A-law payload of a received packet.

    None for anything else (events, noise, no RTP).
    """
    if len(packet) <= _HEADER.size:
        return None
    first, second, sequence = _START.unpack_from(packet)
    if first >> 6 != 2 or second & 0x7F != PCMA:
        return None
    start = _HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    return sequence, packet[start:]


_SO_TIMESTAMPNS = 35
"""Linux, socket(7); Python has no name for it."""
_TIMESPEC = struct.Struct("@ll")
ROOM = socket.CMSG_SPACE(_TIMESPEC.size)
"""Room for the stamp, beside the data received."""
_READINGS = 3


def stamp_arrivals(receiver: socket.socket) -> None:
    receiver.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def arrival_of(ancillary: Iterable[tuple[int, int, bytes]]) -> float:
    """Return the arrival in UNIX seconds; now, where the kernel did not say."""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = _TIMESPEC.unpack(data[: _TIMESPEC.size])
            return float(seconds) + float(nanoseconds) / 1e9
    return time.clock_gettime(time.CLOCK_REALTIME)


def loop_lead() -> float:
    """Return the offset from UNIX seconds to the time of the running loop, as of just now.

    It is no date: nothing is decided by it. Of several readings the quickest counts: a busy machine
    may halt us between the two clocks.
    """
    clock = asyncio.get_running_loop().time
    readings = [(clock(), time.clock_gettime(time.CLOCK_REALTIME), clock()) for _ in range(_READINGS)]
    before, unix, _ = min(readings, key=lambda reading: reading[2] - reading[0])
    return before - unix
