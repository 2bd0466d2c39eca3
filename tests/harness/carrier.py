"""A carrier between the PBX and the callees.

It hands calls on, until it turns and answers every INVITE by itself.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from tests.harness.network import HOST, KEPT, header, sip_user


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to every INVITE once the carrier has turned. `status` 0: nothing at all."""

    status: int
    headers: tuple[str, ...] = ()


@dataclass(slots=True)
class Carrier(asyncio.DatagramProtocol):
    """A carrier between one PBX and the callees at UDP `callees` of 127.0.0.1.

    `handed_on` and `refused` are the numbers called, in order.
    """

    callees: int
    turn: Turn | None = None
    turns_after: int = 0
    handed_on: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    came: list[float] = field(default_factory=list)
    """The arrival of each INVITE, by the monotonic clock."""
    transport: asyncio.DatagramTransport | None = None
    pbx: tuple[str, int] = (HOST, 0)
    inside: "Inside | None" = None
    verdicts: dict[str, Turn | None] = field(default_factory=dict)
    """The refusal of each call by Call-ID, or None where it was handed on."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text, self.pbx = data.decode(), addr
        call = header(text, "Call-ID")
        if text.startswith("INVITE") and call not in self.verdicts:
            self._decide(call, sip_user(header(text, "To")))
        turn = self.verdicts.get(call)
        if turn is None:
            assert self.inside is not None
            self.inside.send(data)
        elif turn.status and text.startswith("INVITE"):
            self.send(answer(text, turn).encode())

    def send(self, data: bytes) -> None:
        """Send to the PBX."""
        assert self.transport is not None
        self.transport.sendto(data, self.pbx)

    def turn_to(self, turn: Turn, *, after: int) -> None:
        """Turn at the INVITE that follows the first `after`."""
        self.turn, self.turns_after = turn, after

    def mend(self) -> None:
        self.turn = None

    def _decide(self, call: str, number: str) -> None:
        turned = self.turn is not None and len(self.handed_on) >= self.turns_after
        self.verdicts[call] = self.turn if turned else None
        (self.refused if turned else self.handed_on).append(number)
        self.came.append(time.monotonic())


@dataclass(slots=True)
class Inside(asyncio.DatagramProtocol):
    """The carrier's side towards the callees."""

    carrier: Carrier
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.carrier.send(data)

    def send(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.sendto(data, (HOST, self.carrier.callees))


def answer(invite: str, turn: Turn) -> str:
    kept = "".join(KEPT.findall(invite))
    tagged = re.sub(r"^(To:.*)\r\n", r"\1;tag=carrier\r\n", kept, flags=re.MULTILINE)
    more = "".join(f"{line}\r\n" for line in turn.headers)
    return f"SIP/2.0 {turn.status} Refused\r\n{tagged}{more}Content-Length: 0\r\n\r\n"


@asynccontextmanager
async def carrier_at(port: int, *, callees: int) -> AsyncIterator[Carrier]:
    """Open it on UDP `port` of 127.0.0.1, which is where the trunk leads."""
    loop, carrier = asyncio.get_running_loop(), Carrier(callees)
    carrier.inside = Inside(carrier)
    inside, outside = carrier.inside, carrier
    inner, _ = await loop.create_datagram_endpoint(lambda: inside, local_addr=(HOST, 0))
    outer, _ = await loop.create_datagram_endpoint(lambda: outside, local_addr=(HOST, port))
    try:
        yield carrier
    finally:
        inner.close()
        outer.close()
        await asyncio.sleep(0)
