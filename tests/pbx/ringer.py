"""A caller who rings the number they were shown.

It is one SIP call to the PBX, from a trunk's address on loopback.
"""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from tests.harness.patience import SOON_S
from tests.pbx.callee import header
from tests.pbx.ear import Ear
from tests.pbx.voice import FRAME_S, Keying, Press, Voice

OURS = "+33162000001"


@dataclass(frozen=True, slots=True)
class Ringing:
    """The called number, the caller, and the keys pressed (seconds after the answer).

    `event_type` is their SDP's offer for keys.
    """

    number: str = OURS
    caller: str = "+33199000042"
    presses: tuple[Press, ...] = ()
    keying: Keying = Keying.EVENTS
    event_type: int = 96
    hang_up_at: float | None = None
    private: bool = False


@dataclass(slots=True)
class Ringer(asyncio.DatagramProtocol):
    """A caller. `status` is the final answer of the PBX, and `ear` holds the sound."""

    ringing: Ringing
    pbx: tuple[str, int]
    ear: Ear = field(default_factory=Ear)
    status: int = 0
    answer: str = ""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    transport: asyncio.DatagramTransport | None = None
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode()
        if text.startswith("BYE"):
            kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq):.*\r\n", text, re.MULTILINE)
            self._send("SIP/2.0 200 OK\r\n" + "".join(kept) + "Content-Length: 0\r\n\r\n")
            self.ended.set()
        elif text.startswith("SIP/2.0") and "INVITE" in header(text, "CSeq"):
            self.status = int(text.split(" ")[1])
            if self.status >= 200:
                self.answer = text
                self._request("ACK", 1)
                self.answered.set()
        elif text.startswith("SIP/2.0"):
            self.ended.set()

    async def ring(self) -> None:
        """Ring until one side hangs up, or the PBX refuses."""
        self._request("INVITE", 1, self._offer())
        await asyncio.wait_for(self.answered.wait(), SOON_S)
        if self.status == 200:
            await self._talk()

    def hang_up(self) -> None:
        self._request("BYE", 2)

    async def _talk(self) -> None:
        media = re.search(r"m=audio (\d+)", self.answer)
        assert media is not None
        ringing = self.ringing
        voice = Voice(self.ear.wire, (self.pbx[0], int(media[1])), ringing.keying, ringing.event_type)
        clock = asyncio.get_running_loop().time
        start = clock()
        while not self.ended.is_set():
            now = clock() - start
            voice.frame(now, ringing.presses)
            at = ringing.hang_up_at
            if at is not None and voice.may_hang_up(now, ringing.presses, at):
                self.hang_up()
                await asyncio.wait_for(self.ended.wait(), SOON_S)
            await asyncio.sleep(max(0.0, start + voice.sent * FRAME_S - clock()))

    def _offer(self) -> str:
        port = self.ear.port
        kind = self.ringing.event_type
        return (
            "v=0\r\no=ringer 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 8 {kind}\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:{kind} telephone-event/8000\r\n"
        )

    def _request(self, method: str, number: int, body: str = "") -> None:
        assert self.transport is not None
        host, port = self.transport.get_extra_info("sockname")
        ringing = self.ringing
        to = header(self.answer, "To") or f"<sip:{ringing.number}@{self.pbx[0]}>"
        caller = "anonymous" if ringing.private else ringing.caller
        lines = (
            f"{method} sip:{ringing.number}@{self.pbx[0]}:{self.pbx[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{self.call_id}{method if method == 'BYE' else ''}",
            f"From: <sip:{caller}@{host}>;tag=ringer",
            f"To: {to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:ringer@{host}:{port}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        )
        self._send("\r\n".join((*lines, "", body)))

    def _send(self, text: str) -> None:
        assert self.transport is not None
        self.transport.sendto(text.encode(), self.pbx)


@asynccontextmanager
async def ringer_of(ringing: Ringing, sip_port: int) -> AsyncIterator[Ringer]:
    loop = asyncio.get_running_loop()
    ringer = Ringer(ringing, ("127.0.0.1", sip_port))
    ringer.ear.open()
    await loop.create_datagram_endpoint(lambda: ringer, local_addr=("127.0.0.1", 0))
    try:
        yield ringer
    finally:
        ringer.ear.close()
        if ringer.transport is not None:
            ringer.transport.close()
