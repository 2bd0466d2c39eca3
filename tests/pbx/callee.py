"""A callee in code: answers one SIP call on loopback, keeps the sound it hears, presses keys and hangs up at given times.

It exists beside the SIPp personas because it compares what it hears with the prompt files byte by byte.
Times are seconds after its ACK. Sound is A-law, 8,000 bytes a second.
"""

import asyncio
import re
import struct
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import cast

FRAME_S = 0.02
KEYS = "0123456789*#ABCD"


@dataclass(frozen=True, slots=True)
class Press:
    """A key held from `at` for `held` seconds (RFC 4733 events every 20 ms)."""

    key: str
    at: float
    held: float = 0.1


@dataclass(frozen=True, slots=True)
class Manner:
    """How a callee behaves: final status, keys, when it hangs up; `contact` is where a 302 points."""

    status: int = 200
    reason: str = "OK"
    answer_after: float = 0.1
    presses: tuple[Press, ...] = ()
    hang_up_at: float | None = None
    contact: str = ""


@dataclass(slots=True)
class Ear(asyncio.DatagramProtocol):
    """Keeps the A-law payload in the order of arrival, with sequence numbers."""

    heard: bytearray = field(default_factory=bytearray)
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data[1] & 0x7F == 8:
            self.heard.extend(data[12:])


@dataclass(slots=True)
class Callee(asyncio.DatagramProtocol):
    """One UDP SIP user agent; every INVITE is noted in `invites`, and `ear.heard` holds the sound of its calls."""

    manner: Manner
    ear: Ear = field(default_factory=Ear)
    invites: list[str] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    transport: asyncio.DatagramTransport | None = None
    invite: str = ""
    peer: tuple[str, int] = ("", 0)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode()
        method = text.split(" ", 1)[0]
        self.peer = addr
        if method == "INVITE":
            if header(text, "Call-ID") != header(self.invite, "Call-ID"):
                self.invites.append(text)
                self.invite = text
                self.later(self.respond())
        elif method == "ACK":
            if self.manner.status == 200:
                self.later(self.live())
        elif method in {"BYE", "CANCEL"}:
            self.reply(text, 200, "OK")
            if method == "CANCEL":
                self.reply(self.invite, 487, "Request Terminated")
            self.ended.set()
        elif method.startswith("SIP/2.0"):
            self.ended.set()

    def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        for transport in (self.transport, self.ear.transport):
            if transport is not None:
                transport.close()

    def later(self, work: Coroutine[None, None, None]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    def send(self, text: str) -> None:
        assert self.transport is not None
        self.transport.sendto(text.encode(), self.peer)

    def reply(self, request: str, status: int, reason: str, body: str = "") -> None:
        kept = [
            line
            for line in request.split("\r\n")
            if re.match(r"(Via|From|To|Call-ID|CSeq|Record-Route):", line)
        ]
        lines = [
            f"SIP/2.0 {status} {reason}",
            *(
                line + ";tag=callee" if line.startswith("To:") and "tag=" not in line else line
                for line in kept
            ),
            f"Contact: <{self.manner.contact or self.address}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self.send("\r\n".join(lines) + "\r\n\r\n" + body)

    @property
    def address(self) -> str:
        assert self.transport is not None
        return "sip:callee@{}:{}".format(*self.transport.get_extra_info("sockname"))

    async def respond(self) -> None:
        self.reply(self.invite, 180, "Ringing")
        await asyncio.sleep(self.manner.answer_after)
        if self.manner.status == 200:
            self.reply(self.invite, 200, "OK", self.offer())
        elif self.manner.status:
            self.reply(self.invite, self.manner.status, self.manner.reason)

    def offer(self) -> str:
        assert self.ear.transport is not None
        port = self.ear.transport.get_extra_info("sockname")[1]
        return (
            "v=0\r\no=callee 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        )

    async def live(self) -> None:
        """Speak silence, press keys on time, hang up on time."""
        media = re.search(r"m=audio (\d+)", self.invite)
        assert media is not None
        assert self.ear.transport is not None
        voice = Voice(self.ear.transport, ("127.0.0.1", int(media[1])))
        clock = asyncio.get_running_loop().time
        start = clock()
        while not self.ended.is_set():
            now = clock() - start
            voice.frame(now, self.manner.presses)
            if self.manner.hang_up_at is not None and now >= self.manner.hang_up_at:
                self.bye()
                return
            await asyncio.sleep(max(0.0, start + (voice.sent * FRAME_S) - clock()))

    def bye(self) -> None:
        target = re.search(r"Contact: <([^>]+)>", self.invite)
        assert target is not None
        self.send(
            f"BYE {target[1]} SIP/2.0\r\nVia: SIP/2.0/UDP {self.address[11:]};branch=z9hG4bK{header(self.invite, 'Call-ID')}\r\n"
            f"From: {header(self.invite, 'To')};tag=callee\r\nTo: {header(self.invite, 'From')}\r\n"
            f"Call-ID: {header(self.invite, 'Call-ID')}\r\nCSeq: 7 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )


@dataclass(slots=True)
class Voice:
    """The RTP a callee sends: silence, or an RFC 4733 event while a key is held."""

    transport: asyncio.DatagramTransport
    peer: tuple[str, int]
    sent: int = 0
    sequence: int = 0
    finished: set[Press] = field(default_factory=set)

    def frame(self, now: float, presses: tuple[Press, ...]) -> None:
        due = [p for p in presses if p.at <= now and p not in self.finished]
        if due:
            self.event(due[0], now)
        else:
            self.packet(8, self.sent * 160, b"\xd5" * 160)
        self.sent += 1

    def event(self, press: Press, now: float) -> None:
        over = now >= press.at + press.held
        first = round(press.at / FRAME_S) * 160
        length = max(160, round((now - press.at) / FRAME_S) * 160)
        payload = struct.pack("!BBH", KEYS.index(press.key), 0x80 * over | 10, length)
        for _ in range(3 if over else 1):
            self.packet(101, first, payload)
        if over:
            self.finished.add(press)

    def packet(self, kind: int, timestamp: int, payload: bytes) -> None:
        self.sequence += 1
        head = struct.pack("!BBHII", 0x80, kind, self.sequence, timestamp, 0x0D1A1E4)
        self.transport.sendto(head + payload, self.peer)


def header(message: str, name: str) -> str:
    found = re.search(rf"^{name}: *(.*?)\r$", message, re.MULTILINE)
    return found[1] if found else ""


async def callee_at(port: int, manner: Manner) -> Callee:
    """Open a callee on 127.0.0.1:`port`."""
    loop = asyncio.get_running_loop()
    callee = Callee(manner)
    await loop.create_datagram_endpoint(lambda: callee.ear, local_addr=("127.0.0.1", 0))
    await loop.create_datagram_endpoint(lambda: callee, local_addr=("127.0.0.1", port))
    return callee
