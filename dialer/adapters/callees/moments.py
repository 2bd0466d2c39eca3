"""When something happened, however late we come to read of it: the kernel stamps what arrives, SIPp what it logs, both in UNIX time."""

import asyncio
import socket
import struct
import time
from collections.abc import Iterable

_SO_TIMESTAMPNS = 35
"""Linux, socket(7); Python has no name for it."""
_TIMESPEC = struct.Struct("@ll")
ROOM = socket.CMSG_SPACE(_TIMESPEC.size)
"""For the stamp, beside what is received."""


def stamp_arrivals(receiver: socket.socket) -> None:
    receiver.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def arrival_of(ancillary: Iterable[tuple[int, int, bytes]]) -> float | None:
    """UNIX seconds; None where the kernel did not say."""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = _TIMESPEC.unpack(data[: _TIMESPEC.size])
            return float(seconds) + float(nanoseconds) / 1e9
    return None


def loop_lead() -> float:
    """What makes, added to UNIX seconds of just now, the time of the running loop. It is no date: nothing is decided by it."""
    return asyncio.get_running_loop().time() - time.clock_gettime(time.CLOCK_REALTIME)
