"""The one UDP port to which every callee's audio comes.

A sender is known by the port it sends from, and answered 50 times a second.
"""

import asyncio
import socket
from dataclasses import dataclass

from dialer.domain.base.errors import Unavailable
from dialer.simulated_callees.call import CalleeCall
from dialer.simulated_callees.listener import Corpus, PromptFolder
from dialer.simulated_callees.personas import Says
from dialer.simulated_callees.received import Ending, Offer, Signal, What, parse
from dialer.simulated_callees.rtp import FRAME_S, ROOM, arrival_of, audio_of, loop_lead, stamp_arrivals
from dialer.simulated_callees.rtp_sender import spoken
from dialer.simulated_callees.sipp import HOST, Sipp

_BUFFER = 4 << 20
_LARGEST = 2048
_FAR_BEHIND_S = 0.2
_ENDINGS = {
    What.CALLER_LEFT: Ending.CALLER_HUNG_UP,
    What.CALLEE_LEFT: Ending.CALLEE_HUNG_UP,
    What.CANCELLED: Ending.CANCELLED,
    What.REFUSED: Ending.REFUSED,
    What.UNACKNOWLEDGED: Ending.UNACKNOWLEDGED,
}


@dataclass(frozen=True, slots=True)
class Sound:
    """A packet of A-law from UDP `port`. `at`: when it came, in UNIX seconds."""

    at: float
    port: int
    sequence: int
    payload: bytes


class RtpReceiver:
    """The receiver of every callee's audio.

    `calls` is every call ever received, by Call-ID, in order of arrival. One event loop owns it
    all.
    """

    def __init__(self, sip_port: int, rtp_port: int, corpus: Corpus, folder: PromptFolder) -> None:
        self.calls: dict[str, CalleeCall] = {}
        self._misread: list[str] = []
        self._corpus = corpus
        self._folder = folder
        self._by_port: dict[int, CalleeCall] = {}
        self._talking: dict[str, CalleeCall] = {}
        self._ready = asyncio.Event()
        self._socket = _bound(rtp_port)
        self._sipp = Sipp(sip_port, rtp_port, self._attend)
        self._ticking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        for says in Says:
            spoken(says)  # half a second of a processor, a busy one's several: not while somebody calls
        asyncio.get_running_loop().add_reader(self._socket, self._attend)
        await self._sipp.start(self._ready)
        self._ticking = asyncio.create_task(self._tick())

    def faults(self) -> list[str]:
        """Return SIPp's unreadable lines, and the messages that SIPp itself did not expect."""
        return self._misread + self._sipp.complaints()

    async def close(self) -> None:
        if self._ticking:
            self._ticking.cancel()
        for call in self._talking.values():
            call.stop_acting()
        await asyncio.sleep(0)
        asyncio.get_running_loop().remove_reader(self._socket)
        await self._sipp.stop()
        self._socket.close()

    def _attend(self) -> None:
        """Take the news in the order in which they came, however late we are.

        SIPp reports a call before its first sound comes, and its end after the last. So sounds are
        fetched before its lines and again after them, until there are no lines. Then for each item
        fetched, everything that belongs before it has been fetched, too.
        """
        news: list[Signal | Sound] = [*self._sounds()]
        while lines := self._sipp.lines():
            news += (signal for line in lines if (signal := self._parsed(line)))
            news += self._sounds()
        lead = loop_lead()
        for each in sorted(news, key=lambda each: each.at):
            if isinstance(each, Sound):
                self._hear(each, each.at + lead)
            else:
                self._learn(each, each.at + lead)

    def _learn(self, signal: Signal, at: float) -> None:
        if signal.what is What.READY:
            self._ready.set()
        elif signal.offer:
            self._begin(signal.call_id, signal.offer, at)
        elif call := self.calls.get(signal.call_id):
            self._go_on(call, signal.what, at)
        else:
            self._misread.append(f"{signal.what} of a call that was never told of: {signal.call_id}")

    def _parsed(self, line: str) -> Signal | None:
        try:
            return parse(line)
        except ValueError:
            self._misread.append(line)
            return None

    def _begin(self, call_id: str, offer: Offer, at: float) -> None:
        self._folder.refresh()
        call = CalleeCall(call_id, offer, at, self._corpus, self._sipp.hang_up)
        self.calls[call_id] = self._by_port[offer.address[1]] = call

    def _go_on(self, call: CalleeCall, what: What, at: float) -> None:
        if what is What.ANSWERED:
            self._talking[call.invite.call_id] = call
            call.answered(at)
        elif what is What.ACKNOWLEDGED:
            call.acknowledged()
        elif what in _ENDINGS:
            self._end(call, at, _ENDINGS[what])

    def _end(self, call: CalleeCall, at: float, ending: Ending) -> None:
        self._talking.pop(call.invite.call_id, None)
        if self._by_port.get(call.address[1]) is call:
            del self._by_port[call.address[1]]
        call.ended(at, ending)

    def _hear(self, sound: Sound, at: float) -> None:
        if call := self._by_port.get(sound.port):
            call.listener.receive(at, sound.sequence, sound.payload)

    def _sounds(self) -> list[Sound]:
        """Fetch the sounds that have arrived since the last time."""
        found = list[Sound]()
        while True:
            try:
                packet, ancillary, _, (_, port) = self._socket.recvmsg(_LARGEST, ROOM)
            except BlockingIOError:
                return found
            if audio := audio_of(packet):
                found.append(Sound(arrival_of(ancillary), port, *audio))

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._speak(loop.time())
            due = max(due + FRAME_S, loop.time() - _FAR_BEHIND_S)
            await asyncio.sleep(due - loop.time())

    def _speak(self, now: float) -> None:
        for call in self._talking.values():
            for packet in call.mouth.packets(now):
                self._socket.sendto(packet, call.address)


def _bound(port: int) -> socket.socket:
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setblocking(False)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    stamp_arrivals(ear)
    try:
        ear.bind((HOST, port))
    except OSError as error:
        ear.close()
        detail = f"the callees' ear cannot take UDP port {port} of {HOST} ({error.strerror})"
        raise Unavailable(detail, hint="stop the program that holds it, or choose another port") from error
    return ear
