"""A callee in code: answers one SIP call on loopback, keeps the sound it hears, and presses keys.

It hangs up at a given time. It exists beside the SIPp personas because it compares the sound with
the prompt files byte by byte. Times are seconds after its ACK. Sound is A-law, 8,000 bytes a
second.
"""

import asyncio
import math
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import cast

from tests.pbx.ear import Ear
from tests.pbx.voice import BY_INFO, FRAME_S, OFFERED, Keying, Press, Voice


@dataclass(frozen=True, slots=True)
class Manner:
    """The behaviour of a callee: final status, keys, when it hangs up.

    `contact` is the target of a 302. `forwarding` are headers of a 181 before the final answer,
    none where it sends no 181; `answer_headers` those of that answer. `event_type` is the payload
    type its SDP names for telephone events. `early_media`: 183 with sound before its final answer.
    `says`: A-law, over and over. `silent_from`: its RTP ends at that second; `rtcp`: and its
    reports do not. `rings`: a 180 comes before its final answer. `bye_headers` are those of its
    BYE, `refusal_headers` those of a refusal. `crosses`: it answers the INVITE just as that is
    cancelled.
    """

    status: int = 200
    reason: str = "OK"
    answer_after: float = 0.1
    presses: tuple[Press, ...] = ()
    hang_up_at: float | None = None
    contact: str = ""
    keying: Keying = Keying.EVENTS
    event_type: int = OFFERED
    early_media: bool = False
    silent_from: float = math.inf
    says: bytes = b""
    rtcp: bool = False
    forwarding: tuple[str, ...] = ()
    answer_headers: tuple[str, ...] = ()
    rings: bool = True
    bye_headers: tuple[str, ...] = ()
    refusal_headers: tuple[str, ...] = ()
    crosses: bool = False


RECEIVER_REPORT = bytes((0x80, 201, 0, 1)) + b"here"
"""RTCP of a party that is there and reports nothing received (RFC 3550, 6.4.2)."""
REPORT_EVERY_S = 5.0


@dataclass(slots=True)
class Callee(asyncio.DatagramProtocol):
    """A UDP SIP user agent.

    Every INVITE is noted in `invites`, and `ear.heard` holds the sound of its calls.
    """

    manner: Manner
    ear: Ear = field(default_factory=Ear)
    invites: list[str] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    transport: asyncio.DatagramTransport | None = None
    invite: str = ""
    peer: tuple[str, int] = ("", 0)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    released: list[tuple[str, float]] = field(default_factory=list)

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
        elif method in {"BYE", "CANCEL"} and header(text, "Call-ID") != header(self.invite, "Call-ID"):
            # For a call to the port's former holder, who left without an answer.
            self.reply(text, 481, "Call/Transaction Does Not Exist")
        elif method in {"BYE", "CANCEL"}:
            self.reply(text, 200, "OK")
            if method == "CANCEL" and self.manner.crosses:
                self.reply(self.invite, 200, "OK", self.offer())
                return
            if method == "CANCEL":
                self.reply(self.invite, 487, "Request Terminated")
            self.ended.set()
        elif method == "SIP/2.0" and " BYE" in header(text, "CSeq"):
            self.ended.set()

    def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        self.ear.close()
        if self.transport is not None:
            self.transport.close()

    def later(self, work: Coroutine[None, None, None]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work))

    def send(self, text: str) -> None:
        assert self.transport is not None
        self.transport.sendto(text.encode(), self.peer)

    def reply(
        self, request: str, status: int, reason: str, body: str = "", headers: tuple[str, ...] = ()
    ) -> None:
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
            *headers,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self.send("\r\n".join(lines) + "\r\n\r\n" + body)

    @property
    def address(self) -> str:
        assert self.transport is not None
        return "sip:callee@{}:{}".format(*self.transport.get_extra_info("sockname"))

    async def respond(self) -> None:
        if self.manner.rings:
            self.reply(self.invite, 180, "Ringing")
        if self.manner.forwarding:
            self.reply(self.invite, 181, "Call Is Being Forwarded", headers=self.manner.forwarding)
        if self.manner.early_media:
            self.reply(self.invite, 183, "Session Progress", self.offer())
            self.later(self.live())
        await asyncio.sleep(self.manner.answer_after)
        if self.manner.status == 200:
            self.reply(self.invite, 200, "OK", self.offer(), self.manner.answer_headers)
        elif self.manner.status:
            self.reply(
                self.invite, self.manner.status, self.manner.reason, headers=self.manner.refusal_headers
            )

    def offer(self) -> str:
        port = self.ear.port
        head = "v=0\r\no=callee 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        if self.manner.keying in {Keying.INFO, Keying.INFO_BARE, Keying.TONES}:
            return f"{head}m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        kind = self.manner.event_type
        return f"{head}m=audio {port} RTP/AVP 8 {kind}\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:{kind} telephone-event/8000\r\n"

    async def live(self) -> None:
        """Speak silence, press keys on time, hang up on time."""
        media = re.search(r"m=audio (\d+)", self.invite)
        assert media is not None
        manner = self.manner
        voice = Voice(
            self.ear.wire,
            ("127.0.0.1", int(media[1])),
            manner.keying,
            silent_from=manner.silent_from,
            says=manner.says,
            released=self.released,
        )
        told: set[Press] = set()
        clock = asyncio.get_running_loop().time
        start = clock()
        reports = 0
        while not self.ended.is_set():
            now = clock() - start
            began = {prompt: at - start for prompt, at in self.ear.began.items()}
            presses = tuple(press.once_heard(began) for press in manner.presses)
            voice.frame(now, presses)
            if manner.rtcp and now >= reports * REPORT_EVERY_S:
                reports += 1
                self.ear.wire.sendto(RECEIVER_REPORT, ("127.0.0.1", int(media[1]) + 1))
            if manner.keying in BY_INFO:
                for press in [p for p in presses if p.at <= now and p not in told]:
                    told.add(press)
                    self.inform(press, len(told))
            if manner.hang_up_at is not None and voice.may_hang_up(now, presses, manner.hang_up_at):
                self.bye()
                return
            await asyncio.sleep(max(0.0, start + (voice.sent * FRAME_S) - clock()))

    def bye(self) -> None:
        self.request("BYE", 70)

    def inform(self, press: Press, number: int) -> None:
        if self.manner.keying is Keying.INFO_BARE:
            self.request("INFO", number, "dtmf", press.key)
        else:
            held = round(press.held * 1000)
            self.request("INFO", number, "dtmf-relay", f"Signal={press.key}\r\nDuration={held}\r\n")

    def request(self, method: str, number: int, kind: str = "", body: str = "") -> None:
        """Build a request of the callee's own, within the call."""
        target = re.search(r"Contact: <([^>]+)>", self.invite)
        assert target is not None
        lines = (
            f"{method} {target[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.address[11:]};branch=z9hG4bK{header(self.invite, 'Call-ID')}{method}{number}",
            f"From: {header(self.invite, 'To')};tag=callee",
            f"To: {header(self.invite, 'From')}",
            f"Call-ID: {header(self.invite, 'Call-ID')}",
            f"CSeq: {number} {method}",
            "Max-Forwards: 70",
            *(self.manner.bye_headers if method == "BYE" else ()),
            *([f"Content-Type: application/{kind}"] if kind else []),
            f"Content-Length: {len(body)}",
        )
        self.send("\r\n".join((*lines, "", body)))


def header(message: str, name: str) -> str:
    found = re.search(rf"^{name}: *(.*?)\r$", message, re.MULTILINE)
    return found[1] if found else ""


async def callee_at(port: int, manner: Manner) -> Callee:
    """Open a callee on 127.0.0.1:`port`."""
    loop = asyncio.get_running_loop()
    # The port's former holder gives it back in the loop's next turn.
    await asyncio.sleep(0)
    callee = Callee(manner)
    try:
        await loop.create_datagram_endpoint(lambda: callee, local_addr=("127.0.0.1", port))
    except OSError:
        callee.ear.wire.close()
        raise
    callee.ear.open()
    return callee
