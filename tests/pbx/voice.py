"""The RTP of a callee in code: silence, and keys in every way that telephones send them.

The network's faults are among the ways.
"""

import math
import socket
import struct
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from dialer.simulated_callees.rtp_sender import RATE, alaw

FRAME = 160
FRAME_S = 0.02
KEYS = "0123456789*#ABCD"
OFFERED = 101
"""The payload type under which Asterisk offers to hear telephone events."""
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
PAD = "123456789*0#"
"""ITU-T Q.23: the two tones of each key."""
APART_S = 0.04
"""Between the end of a key and the next, should the first have left late."""


class Keying(Enum):
    """Ways of sending keys. The first five are RFC 4733: proper, and as networks deliver them."""

    EVENTS = "telephone events"
    LOST_END = "their three end packets lost"
    DOUBLED = "every packet twice"
    SHUFFLED = "neighbouring packets swapped"
    REPEATED_END = "the end packet nine times"
    INFO = "SIP INFO, application/dtmf-relay"
    INFO_BARE = "SIP INFO, application/dtmf"
    INFO_BESIDE_EVENTS = "SIP INFO, although telephone events were agreed on"
    TONES = "tones in the audio"


BY_INFO = frozenset({Keying.INFO, Keying.INFO_BARE, Keying.INFO_BESIDE_EVENTS})


@dataclass(frozen=True, slots=True)
class Press:
    """A key held from `at` for `held` seconds.

    Should it leave late, it is held as long from its first packet on. `hears`: `at` counts from the
    first sound of that prompt, and not from the answer.
    """

    key: str
    at: float
    held: float = 0.1
    hears: str = ""

    def once_heard(self, began: Mapping[str, float]) -> "Press":
        """Return the key as it counts from the answer, where prompts began at these times.

        Never, where its own did not begin.
        """
        return replace(self, at=began.get(self.hears, math.inf) + self.at, hears="") if self.hears else self


@dataclass(slots=True)
class Voice:
    """The RTP a callee sends, a packet every 20 ms.

    `silent_from`: nothing at all from that second on. `says`: A-law in whole frames, over and over;
    silence without it. `began`: when the first packet of each key left, on the scale of the keys
    themselves; `released`: the keys whose last packet has left, with the UNIX time.
    """

    transport: socket.socket
    peer: tuple[str, int]
    keying: Keying = Keying.EVENTS
    event_type: int = OFFERED
    silent_from: float = math.inf
    says: bytes = b""
    sent: int = 0
    sequence: int = 0
    began: dict[Press, float] = field(default_factory=dict)
    finished: set[Press] = field(default_factory=set)
    free_at: float = 0.0
    held_back: list[bytes] = field(default_factory=list)
    released: list[tuple[str, float]] = field(default_factory=list)

    def frame(self, now: float, presses: tuple[Press, ...]) -> None:
        due = [p for p in presses if max(p.at, self.free_at) <= now and p not in self.finished]
        self.sent += 1
        if now >= self.silent_from:
            return
        if due and self.keying is Keying.TONES:
            self._packet(8, self.sent * FRAME, self._tone(due[0], now))
        elif due and self.keying not in BY_INFO:
            self._event(due[0], now)
        else:
            said = (self.sent - 1) * FRAME % max(len(self.says), 1)
            self._packet(8, self.sent * FRAME, self.says[said : said + FRAME] or b"\xd5" * FRAME)

    def may_hang_up(self, now: float, presses: tuple[Press, ...], at: float) -> bool:
        """Return whether it is time to hang up.

        At `at`, but as long after the last key went down as if that had not left late.
        """
        before = [press for press in presses if press.at <= at]
        if not before or self.keying in BY_INFO:
            return now >= at
        last = max(before, key=lambda press: press.at)
        return last in self.began and now >= max(at, self.began[last] + at - last.at)

    def _event(self, press: Press, now: float) -> None:
        began = self.began.setdefault(press, now)
        over = now >= began + press.held
        first = round(began / FRAME_S) * FRAME
        length = max(FRAME, round((now - began) / FRAME_S) * FRAME)
        payload = struct.pack("!BBH", KEYS.index(press.key), 0x80 * over | 10, length)
        for _ in range(self._copies(over=over)):
            self._packet(self.event_type, first, payload)
        if over:
            self._finish(press, now)

    def _copies(self, *, over: bool) -> int:
        if over:
            return {Keying.LOST_END: 0, Keying.REPEATED_END: 9}.get(self.keying, 3)
        return 1

    def _finish(self, press: Press, now: float) -> None:
        self.finished.add(press)
        self.free_at = now + APART_S
        self.released.append((press.key, time.time()))

    def _tone(self, press: Press, now: float) -> bytes:
        if now >= self.began.setdefault(press, now) + press.held:
            self._finish(press, now)
        return bytes(tone(press.key, self.sent * FRAME))

    def _packet(self, kind: int, timestamp: int, payload: bytes) -> None:
        self.sequence += 1
        head = struct.pack("!BBHII", 0x80, kind, self.sequence, timestamp, 0x0D1A1E4)
        for packet in self._through_the_network(head + payload):
            self.transport.sendto(packet, self.peer)

    def _through_the_network(self, packet: bytes) -> Iterator[bytes]:
        if self.keying is Keying.DOUBLED:
            yield packet
        elif self.keying is Keying.SHUFFLED:
            self.held_back.append(packet)
            if len(self.held_back) == 2:
                yield from reversed(self.held_back)
                self.held_back.clear()
            return
        yield packet


def tone(key: str, since: int) -> Iterator[int]:
    """Yield A-law of one frame of the key's two tones, `since` samples after the first."""
    row, column = divmod(PAD.index(key), 3)
    for n in range(since, since + FRAME):
        turn = 2 * math.pi * n / RATE
        yield alaw(int(6000 * (math.sin(turn * ROWS[row]) + math.sin(turn * COLUMNS[column]))))
