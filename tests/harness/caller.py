"""A caller in the PBX's place: enough SIP and RTP to call the callees without Asterisk."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from dialer.simulated_callees.rtp import FRAME, FRAME_S, PCMA, RtpSource
from tests.harness.patience import SOON_S

HOST = "127.0.0.1"
EVENT_TYPE = 101


def udp_socket(port: int = 0) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.setblocking(False)
    try:
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise
    return bound


class Caller:
    """A call to `number`.

    `statuses` are the answers to the INVITE, `packets` the RTP received (raw). `sent`: for each
    packet of sound the time just before it left and just after, in seconds of the monotonic clock.
    """

    def __init__(self, number: str, sip_port: int, rtp_port: int = 0) -> None:
        self.call_id = uuid4().hex
        self.statuses: list[int] = []
        self.packets: list[bytes] = []
        self.sent: list[tuple[float, float]] = []
        self.final = asyncio.Event()
        self.left = asyncio.Event()
        self.media: tuple[str, int] = (HOST, 0)
        self._number = number
        self._callee = (HOST, sip_port)
        self._sip = udp_socket()
        self._rtp = udp_socket(rtp_port)
        self._source = RtpSource(ssrc=7, event_type=EVENT_TYPE)
        self._sequence = 65530
        self._to_tag = ""

    async def invite(self, *, times: int = 1, acknowledged_after: float = 0.0) -> int:
        """Send the INVITE, acknowledge the final status, and return it.

        `times`: so often, as over a bad line. `acknowledged_after`: seconds.
        """
        for _ in range(times):
            await self._send("INVITE", self._offer())
        await asyncio.wait_for(self.final.wait(), SOON_S)
        await asyncio.sleep(acknowledged_after)
        await self._send("ACK")
        return self.statuses[-1]

    async def begin(self) -> None:
        await self._send("INVITE", self._offer())

    async def cancel(self) -> None:
        await self._send("CANCEL")
        await asyncio.wait_for(self.final.wait(), SOON_S)
        await self._send("ACK")

    async def bye(self) -> None:
        await self._send("BYE")

    async def play(self, audio: bytes, *, drop: frozenset[int] = frozenset()) -> None:
        """Send the audio in real time, as 20 ms packets; `drop` numbers the lost ones."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        for n, at in enumerate(range(0, len(audio), FRAME)):
            packet = self._source.audio(self._sequence, n * FRAME, audio[at : at + FRAME])
            self._sequence += 1
            if n not in drop:
                before = loop.time()
                await loop.sock_sendto(self._rtp, packet, self.media)
                self.sent.append((before, loop.time()))
            await asyncio.sleep(start + (n + 1) * FRAME_S - loop.time())

    def events(self) -> list[bytes]:
        return [packet for packet in self.packets if packet[1] & 0x7F == EVENT_TYPE]

    def audio(self) -> bytes:
        return b"".join(packet[12:] for packet in self.packets if packet[1] & 0x7F == PCMA)

    async def listen_to_sip(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            message = (await loop.sock_recv(self._sip, 4096)).decode()
            if message.startswith("BYE"):
                self.left.set()
                await self._answer(message)
            elif "INVITE" in message.partition("CSeq:")[2].partition("\r\n")[0]:
                self._progress(message)

    async def listen_to_rtp(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self.packets.append(await loop.sock_recv(self._rtp, 2048))

    def close(self) -> None:
        self._sip.close()
        self._rtp.close()

    def _progress(self, message: str) -> None:
        self.statuses.append(int(message.split(" ")[1]))
        self._to_tag = message.partition("\r\nTo:")[2].partition("\r\n")[0].partition(";")[2]
        if port := re.search(r"m=audio (\d+)", message):
            self.media = (HOST, int(port[1]))
        if self.statuses[-1] >= 200:
            self.final.set()

    async def _answer(self, message: str) -> None:
        kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq):.*\r\n", message, re.MULTILINE)
        await self._out("SIP/2.0 200 OK\r\n" + "".join(kept) + "Content-Length: 0\r\n\r\n")

    async def _send(self, method: str, body: str = "") -> None:
        tag = f";{self._to_tag}" if self._to_tag and method in {"ACK", "BYE"} else ""
        lines = (
            f"{method} sip:{self._number}@{HOST}:{self._callee[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {HOST}:{self._sip.getsockname()[1]};branch=z9hG4bK{self.call_id}{method[:3]}",
            f'From: "Demo" <sip:+33162000001@{HOST}>;tag=caller',
            f"To: <sip:{self._number}@{HOST}>{tag}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {2 if method == 'BYE' else 1} {method}",
            f"Contact: <sip:pbx@{HOST}:{self._sip.getsockname()[1]}>",
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
        )
        await self._out("\r\n".join((*lines, "", body)))

    async def _out(self, message: str) -> None:
        await asyncio.get_running_loop().sock_sendto(self._sip, message.encode(), self._callee)

    def _offer(self) -> str:
        return (
            f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=pbx\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
            f"m=audio {self._rtp.getsockname()[1]} RTP/AVP 8 {EVENT_TYPE}\r\na=rtpmap:8 PCMA/8000\r\n"
            f"a=rtpmap:{EVENT_TYPE} telephone-event/8000\r\na=sendrecv\r\n"
        )


@asynccontextmanager
async def calling(number: str, sip_port: int, rtp_port: int = 0) -> AsyncIterator[Caller]:
    """Open a caller that listens to both its sockets until the block ends."""
    caller = Caller(number, sip_port, rtp_port)
    tasks = [asyncio.create_task(work) for work in (caller.listen_to_sip(), caller.listen_to_rtp())]
    try:
        yield caller
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        caller.close()
