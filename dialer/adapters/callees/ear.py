"""The one UDP port to which all callees' audio comes: told apart by the port it comes from, answered 50 times a second."""

import asyncio
import socket

from dialer.adapters.callees.call import Call
from dialer.adapters.callees.corpus import Corpus, PromptFolder
from dialer.adapters.callees.received import Ending
from dialer.adapters.callees.rtp import FRAME_S, audio_of
from dialer.adapters.callees.signals import Signal, What, parse
from dialer.adapters.callees.sipp import HOST, Sipp
from dialer.domain.errors import Unavailable

_BATCH = 512
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


class Ear:
    """`calls` is every call ever received, by Call-ID, in order of arrival. One event loop owns it all."""

    def __init__(self, sip_port: int, rtp_port: int, corpus: Corpus, folder: PromptFolder) -> None:
        self.calls: dict[str, Call] = {}
        self._misread: list[str] = []
        self._corpus = corpus
        self._folder = folder
        self._by_port: dict[int, Call] = {}
        self._talking: dict[str, Call] = {}
        self._ready = asyncio.Event()
        self._socket = _bound(rtp_port)
        self._sipp = Sipp(sip_port, rtp_port, self._on_line)
        self._ticking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        asyncio.get_running_loop().add_reader(self._socket, self._on_packets)
        await self._sipp.start(self._ready)
        self._ticking = asyncio.create_task(self._tick())

    def faults(self) -> list[str]:
        """Lines of SIPp's that cannot be read, and what SIPp itself did not expect."""
        return self._misread + self._sipp.complaints()

    async def close(self) -> None:
        if self._ticking:
            self._ticking.cancel()
        for call in self._talking.values():
            call.stop_acting()
        await asyncio.sleep(0)
        await self._sipp.stop()
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _on_line(self, line: str) -> None:
        try:
            self._on_signal(parse(line), asyncio.get_running_loop().time())
        except (KeyError, ValueError):
            self._misread.append(line)

    def _on_signal(self, signal: Signal, now: float) -> None:
        if signal.offer:
            self._folder.refresh()
            call = Call(signal.call_id, signal.offer, now, self._corpus, self._sipp.hang_up)
            self.calls[signal.call_id] = self._by_port[signal.offer.address[1]] = call
        elif signal.what is What.READY:
            self._ready.set()
        elif signal.what is What.ANSWERED:
            self._talking[signal.call_id] = self.calls[signal.call_id]
            self.calls[signal.call_id].answered(now)
        else:
            self._end(self.calls[signal.call_id], now, _ENDINGS[signal.what])

    def _end(self, call: Call, now: float, ending: Ending) -> None:
        self._talking.pop(call.invite.call_id, None)
        if self._by_port.get(call.address[1]) is call:
            del self._by_port[call.address[1]]
        call.ended(now, ending)

    def _on_packets(self) -> None:
        now = asyncio.get_running_loop().time()
        for _ in range(_BATCH):
            try:
                packet, (_, port) = self._socket.recvfrom(_LARGEST)
            except BlockingIOError:
                return
            call = self._by_port.get(port)
            if call and (audio := audio_of(packet)):
                call.listener.receive(now, *audio)

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
    try:
        ear.bind((HOST, port))
    except OSError as error:
        ear.close()
        detail = f"the callees' ear cannot take UDP port {port} of {HOST} ({error.strerror})"
        raise Unavailable(detail, hint="stop the program that holds it, or choose another port") from error
    return ear
