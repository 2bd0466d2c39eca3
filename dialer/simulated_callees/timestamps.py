"""Times of events, however late they are read: the kernel stamps arrivals, SIPp its log.

Both in UNIX time.
"""

import asyncio
import socket
import struct
import time
from collections.abc import Iterable

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
