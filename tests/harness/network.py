"""A telephone network behind one trunk.

It leads a call to our own number back to us, as the real one does, or elsewhere. It only signals:
two calls are joined by handing the one's SDP to the other, so the PBX sends its sound to itself.
"""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from dialer.simulated_callees.rtp import FRAME, FRAME_S

HOST = "127.0.0.1"
KEPT = re.compile(r"^(?:Via|From|To|Call-ID|CSeq|Record-Route):.*\r\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Route:
    """The route of a call to `number`; any other is busy.

    `back_to`: the PBX's SIP port. `status`: the network's own answer; 0 rings for ever. `says`: the
    A-law of a stranger who answers.
    """

    back_to: int | None = None
    status: int = 0
    says: bytes = b""
    number: str = "+33162000001"


@dataclass(slots=True)
class Network(asyncio.DatagramProtocol):
    """The network.

    `invites` are the ones from the PBX, `called` and `shown` their numbers; `sounds`: packets that
    a stranger heard.
    """

    route: Route
    invites: list[str] = field(default_factory=list)
    transport: asyncio.DatagramTransport | None = None
    sounds: int = 0
    speaking: list[asyncio.Task[None]] = field(default_factory=list)
    joined: dict[str, str] = field(default_factory=dict)
    """Call-ID of each half of two joined calls, by that of the other."""
    opened: dict[str, tuple[str, tuple[str, int]]] = field(default_factory=dict)
    """The INVITE of each call, and its sender or recipient, by Call-ID."""
    answers: dict[str, str] = field(default_factory=dict)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode()
        method = text.split(" ", 1)[0]
        if method == "SIP/2.0":
            self._answered(text)
        elif method == "INVITE":
            self._called(text, addr)
        elif method in {"BYE", "CANCEL"}:
            self._reply(text, addr, 200)
            self._over(text, addr, method)

    @property
    def called(self) -> list[str]:
        return [sip_user(header(invite, "To")) for invite in self.invites]

    @property
    def shown(self) -> list[str]:
        return [sip_user(header(invite, "From")) for invite in self.invites]

    def _called(self, invite: str, addr: tuple[str, int]) -> None:
        call = header(invite, "Call-ID")
        if call in self.opened:
            return
        self.invites.append(invite)
        self.opened[call] = (invite, addr)
        self._reply(invite, addr, 180)
        if sip_user(header(invite, "To")) != self.route.number:
            self._reply(invite, addr, 486)
        elif self.route.back_to is not None:
            self._lead_back(call, invite)
        elif self.route.says:
            self.speaking.append(asyncio.create_task(self._speak(invite, addr)))
        elif self.route.status:
            self._reply(invite, addr, self.route.status)

    def _lead_back(self, call: str, invite: str) -> None:
        """Make a call of the network's own, to the dialled number, with the sound of the first."""
        assert self.route.back_to is not None
        other = uuid.uuid4().hex
        self.joined |= {call: other, other: call}
        number, caller = (sip_user(header(invite, name)) for name in ("To", "From"))
        pbx = (HOST, self.route.back_to)
        made = self._request("INVITE", number, caller, other, pbx, sdp_of(invite))
        self.opened[other] = (made, pbx)

    def _answered(self, text: str) -> None:
        """Pass on that the PBX answers the call that was led back to it."""
        status, call = int(text.split(" ")[1]), header(text, "Call-ID")
        if "INVITE" not in header(text, "CSeq") or status < 200 or call in self.answers:
            return
        self.answers[call] = text
        invite, pbx = self.opened[call]
        self._send(acknowledgement(invite, text), pbx)
        first, addr = self.opened[self.joined[call]]
        self._reply(first, addr, status, sdp_of(text))

    def _over(self, text: str, addr: tuple[str, int], method: str) -> None:
        call = header(text, "Call-ID")
        if method == "CANCEL":
            self._reply(self.opened[call][0], addr, 487)
        other = self.joined.get(call)
        if other is None:
            return
        invite, peer = self.opened[other]
        if other in self.answers:
            self._send(bye_as_caller(invite, self.answers[other]), peer)
        elif call in self.answers:
            self._send(bye_as_callee(invite, self._me), peer)

    async def _speak(self, invite: str, addr: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        mouth, _ = await loop.create_datagram_endpoint(lambda: Ear(self), local_addr=(HOST, 0))
        try:
            self._reply(invite, addr, 200, offer(mouth.get_extra_info("sockname")[1]))
            media = re.search(r"m=audio (\d+)", invite)
            assert media is not None
            start, says = loop.time(), self.route.says
            for n in range(-(-len(says) // FRAME)):
                head = (
                    b"\x80\x08"
                    + (n & 0xFFFF).to_bytes(2, "big")
                    + (n * FRAME).to_bytes(4, "big")
                    + b"probe"[:4]
                )
                mouth.sendto(
                    head + says[n * FRAME : (n + 1) * FRAME].ljust(FRAME, b"\xd5"), (HOST, int(media[1]))
                )
                await asyncio.sleep(max(0.0, start + (n + 1) * FRAME_S - loop.time()))
        finally:
            mouth.close()

    @property
    def _me(self) -> str:
        assert self.transport is not None
        return "{}:{}".format(*self.transport.get_extra_info("sockname"))

    def _request(
        self, method: str, number: str, caller: str, call: str, peer: tuple[str, int], body: str
    ) -> str:
        text = (
            f"{method} sip:{number}@{peer[0]}:{peer[1]} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self._me};branch=z9hG4bK{call}\r\nFrom: <sip:{caller}@{HOST}>;tag=network\r\n"
            f"To: <sip:{number}@{HOST}>\r\nCall-ID: {call}\r\nCSeq: 1 {method}\r\nContact: <sip:network@{self._me}>\r\n"
            f"Max-Forwards: 70\r\nContent-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
        self._send(text, peer)
        return text

    def _reply(self, request: str, peer: tuple[str, int], status: int, body: str = "") -> None:
        kept = "".join(KEPT.findall(request))
        if ";tag=" not in header(kept, "To"):
            kept = re.sub(r"^(To:.*)\r\n", r"\1;tag=network\r\n", kept, flags=re.MULTILINE)
        sound = "Content-Type: application/sdp\r\n" if body else ""
        self._send(
            f"SIP/2.0 {status} Said\r\n{kept}Contact: <sip:network@{self._me}>\r\n{sound}"
            f"Content-Length: {len(body)}\r\n\r\n{body}",
            peer,
        )

    def _send(self, text: str, peer: tuple[str, int]) -> None:
        assert self.transport is not None
        self.transport.sendto(text.encode(), peer)


@dataclass(slots=True)
class Ear(asyncio.DatagramProtocol):
    """Counts the packets at a stranger's RTP port."""

    network: Network

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.network.sounds += 1


def header(message: str, name: str) -> str:
    found = re.search(rf"^{name}: *(.*?)\r$", message, re.MULTILINE)
    return found[1] if found else ""


def sip_user(address: str) -> str:
    found = re.search(r"sip:([^@>]+)@", address)
    assert found is not None
    return found[1]


def sdp_of(message: str) -> str:
    return message.partition("\r\n\r\n")[2]


def offer(port: int) -> str:
    return (
        f"v=0\r\no=stranger 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
    )


def acknowledgement(invite: str, answer: str) -> str:
    return _within(invite, answer, "ACK", 1)


def bye_as_caller(invite: str, answer: str) -> str:
    return _within(invite, answer, "BYE", 2)


def _within(invite: str, answer: str, method: str, number: int) -> str:
    """Build a request of the calling party, within the call."""
    target = re.search(r"^Contact: <([^>]+)>", answer, re.MULTILINE)
    line = target[1] if target else invite.split(" ")[1]
    via = header(invite, "Via").replace("z9hG4bK", f"z9hG4bK{method}" if target else "z9hG4bK")
    return (
        f"{method} {line} SIP/2.0\r\nVia: {via}\r\nFrom: {header(invite, 'From')}\r\nTo: {header(answer, 'To')}\r\n"
        f"Call-ID: {header(invite, 'Call-ID')}\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )


def bye_as_callee(invite: str, me: str) -> str:
    """Build a BYE of the called party, to the PBX that called."""
    target = re.search(r"^Contact: <([^>]+)>", invite, re.MULTILINE)
    assert target is not None
    call = header(invite, "Call-ID")
    return (
        f"BYE {target[1]} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{call}BYE\r\n"
        f"From: {header(invite, 'To')};tag=network\r\nTo: {header(invite, 'From')}\r\nCall-ID: {call}\r\n"
        "CSeq: 70 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )


@asynccontextmanager
async def network_at(port: int, route: Route) -> AsyncIterator[Network]:
    """Open it on UDP `port` of 127.0.0.1."""
    network = Network(route)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: network, local_addr=(HOST, port)
    )
    try:
        yield network
    finally:
        for task in network.speaking:
            task.cancel()
        transport.close()
        # Its port is free once the loop has turned.
        await asyncio.sleep(0)
