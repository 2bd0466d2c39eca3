"""The ear of a party in code: A-law in the order of arrival, each with its time at the kernel."""

import asyncio
import socket
from dataclasses import dataclass, field

from dialer.simulated_callees.rtp import ROOM, arrival_of, stamp_arrivals
from tests.pbx.sounds import prompt_of

LARGEST = 2048
BUFFER = 4 << 20


@dataclass(frozen=True, slots=True)
class Frame:
    payload: bytes
    timestamp: int
    arrived: float


def bound() -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    stamp_arrivals(found)
    found.bind(("127.0.0.1", 0))
    return found


@dataclass(slots=True)
class Ear:
    """The sound received.

    `frames`: each packet of A-law, with its RTP timestamp and UNIX time of arrival, however late it
    is read; `heard`: the sound of all. `began`: when each prompt was first heard, by the clock of
    the loop.
    """

    heard: bytearray = field(default_factory=bytearray)
    began: dict[str, float] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    wire: socket.socket = field(default_factory=bound)

    @property
    def port(self) -> int:
        return int(self.wire.getsockname()[1])

    def open(self) -> None:
        asyncio.get_running_loop().add_reader(self.wire, self.listen)

    def close(self) -> None:
        """Close, after hearing the packets that have arrived."""
        self.listen()
        asyncio.get_running_loop().remove_reader(self.wire)
        self.wire.close()

    def listen(self) -> None:
        while True:
            try:
                data, ancillary, _, _ = self.wire.recvmsg(LARGEST, ROOM, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            if data[1] & 0x7F == 8:
                self.heard.extend(data[12:])
                arrived = arrival_of(ancillary)
                self.frames.append(Frame(data[12:], int.from_bytes(data[4:8]), arrived))
                if prompt := prompt_of(data[12:]):
                    self.began.setdefault(prompt, asyncio.get_running_loop().time())
