"""The simulated callees, started and asked from outside.

They live in a thread of their own, so a busy test delays no key.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from dialer.domain.base.errors import Unavailable
from dialer.simulated_callees.listener import Corpus, PromptFolder
from dialer.simulated_callees.received import ReceivedCall, ReceivedInvite
from dialer.simulated_callees.rtp_receiver import RtpReceiver

_T = TypeVar("_T")
_LOOK_EVERY_S = 0.05


class SimulatedCallees:
    """Every fictional callee behind one SIP port of 127.0.0.1.

    They report the calls and sounds they received, nothing else.
    """

    def __init__(self, ear: RtpReceiver, loop: asyncio.AbstractEventLoop) -> None:
        self._ear = ear
        self._loop = loop

    @classmethod
    @asynccontextmanager
    async def start(cls, *, sip_port: int, rtp_port: int, prompts: Path) -> AsyncIterator["SimulatedCallees"]:
        """Answer INVITEs on UDP `sip_port` until the block ends; audio comes to UDP `rtp_port`.

        Prompts are known by their sound, from `<prompts>/<script>/<prompt>.alaw` (A-law, 8 kHz);
        scripts may be added later. Raise `Unavailable` where a port is taken or SIPp does not run.
        """
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="callees", daemon=True)
        thread.start()
        try:
            ear = await _in(loop, _open(sip_port, rtp_port, prompts))
            try:
                yield cls(ear, loop)
            finally:
                await _in(loop, ear.close())
        finally:
            loop.call_soon_threadsafe(loop.stop)
            await asyncio.to_thread(thread.join)
            loop.close()

    async def invites(self) -> list[ReceivedInvite]:
        """Return every INVITE so far, in order of arrival, each Call-ID once."""
        return await self._ask(lambda ear: [call.invite for call in ear.calls.values()])

    async def calls(self, number: str | None = None) -> list[ReceivedCall]:
        """Return every call so far, or those to one number (E.164 with plus), as they stand now."""
        return await self._ask(
            lambda ear: [
                call.snapshot() for call in ear.calls.values() if number in (None, call.invite.number)
            ]
        )

    async def faults(self) -> list[str]:
        """Return the lines that did not follow the callees' own scenario, or an empty list."""
        return await self._ask(lambda ear: ear.faults())

    async def ended(self, count: int, *, number: str | None = None, within_s: float) -> list[ReceivedCall]:
        """Wait until `count` calls (to `number`) have ended and return them.

        Raise `Unavailable` after `within_s` seconds.
        """
        ended: list[ReceivedCall] = []
        try:
            async with asyncio.timeout(within_s):
                while len(ended) < count:
                    await asyncio.sleep(_LOOK_EVERY_S)
                    ended = [call for call in await self.calls(number) if call.ending]
        except TimeoutError as error:
            raise Unavailable(f"{len(ended)} of {count} calls ended within {within_s} s") from error
        return ended

    async def _ask(self, question: Callable[[RtpReceiver], _T]) -> _T:
        async def answer() -> _T:
            return question(self._ear)

        return await _in(self._loop, answer())


async def _in(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, _T]) -> _T:
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))


async def _open(sip_port: int, rtp_port: int, prompts: Path) -> RtpReceiver:
    corpus = Corpus()
    folder = PromptFolder(prompts, corpus)
    folder.refresh()
    ear = RtpReceiver(sip_port, rtp_port, corpus, folder)
    try:
        await ear.open()
    except BaseException:
        await ear.close()
        raise
    return ear
