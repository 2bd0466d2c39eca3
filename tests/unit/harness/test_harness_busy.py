"""An ear that comes late to everything, as on a busy machine, still hears every call whole."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

from dialer.simulated_callees.listener import Corpus, PromptFolder
from dialer.simulated_callees.personas import Persona, Says, number_for
from dialer.simulated_callees.received import ReceivedCall
from dialer.simulated_callees.rtp_receiver import RtpReceiver
from dialer.simulated_callees.rtp_sender import spoken
from tests.harness.caller import calling
from tests.harness.fixtures import CalleePorts
from tests.harness.patience import SOON_S
from tests.harness.ports import free_port
from tests.harness.prompts import sound

FIRST, SECOND = number_for(Persona.NO_KEY, 0), number_for(Persona.NO_KEY, 1)
SECONDS = 1.0
NOTICE, CLOSING = sound("notice", SECONDS), sound("closing", SECONDS)


@asynccontextmanager
async def listening(ports: CalleePorts, folder: Path) -> AsyncIterator[RtpReceiver]:
    """Open an ear in this very loop, which knows both prompts."""
    corpus = Corpus()
    corpus.add("notice", NOTICE)
    corpus.add("closing", CLOSING)
    ear = RtpReceiver(ports.sip, ports.rtp, corpus, PromptFolder(folder, corpus))
    try:
        await ear.open()
        yield ear
        assert ear.faults() == []
    finally:
        await ear.close()


async def call(number: str, sip_port: int, audio: bytes, rtp_port: int = 0) -> None:
    async with calling(number, sip_port, rtp_port) as caller:
        await caller.invite()
        await caller.play(audio)
        await caller.bye()


async def ended(ear: RtpReceiver, count: int) -> dict[str, ReceivedCall]:
    """Wait for `count` calls to end; return every call by number."""
    async with asyncio.timeout(SOON_S):
        while sum(one.snapshot().ending is not None for one in ear.calls.values()) < count:
            await asyncio.sleep(0.01)
    return {one.invite.number: one.snapshot() for one in ear.calls.values()}


def told(received: ReceivedCall) -> tuple[list[tuple[str | None, bool]], int]:
    return [(heard.prompt, heard.complete) for heard in received.heard], received.lost_packets


async def test_calls_that_are_over_before_the_ear_looks_up_are_heard_whole(
    callee_ports: CalleePorts, tmp_path: Path
) -> None:
    """Calls one after the other from one port, as a PBX uses its ports again."""
    port = free_port(socket.SOCK_DGRAM)

    async def both() -> None:
        await call(FIRST, callee_ports.sip, NOTICE, port)
        await call(SECOND, callee_ports.sip, CLOSING, port)

    async with listening(callee_ports, tmp_path) as ear:
        caller = Thread(target=lambda: asyncio.run(both()))
        caller.start()
        caller.join()  # nothing is read meanwhile
        calls = await ended(ear, 2)
    assert told(calls[FIRST]) == ([("notice", True)], 0)
    assert told(calls[SECOND]) == ([("closing", True)], 0)
    for received in calls.values():
        assert received.answered_at is not None
        assert received.ended_at is not None
        assert received.ended_at - received.answered_at >= SECONDS  # as it was, not as it was read
        assert received.heard[0].ended_ms - received.heard[0].started_ms >= SECONDS * 900


async def test_a_call_that_comes_while_the_ear_is_busy_is_heard_from_its_first_sound(
    callee_ports: CalleePorts, tmp_path: Path
) -> None:
    """The ear loads a new script at a call.

    Here the disk makes it wait for that until the second call is over.
    """
    slow = tmp_path / ("7d" * 32) / "legal.alaw"
    slow.parent.mkdir()
    os.mkfifo(slow)

    async def both() -> None:
        async with calling(FIRST, callee_ports.sip) as caller:
            await caller.invite()
            with slow.open("wb") as disk:  # opens as soon as the ear reads from it
                await call(SECOND, callee_ports.sip, NOTICE)
                disk.write(CLOSING)
            await caller.bye()

    async with listening(callee_ports, tmp_path) as ear:
        await asyncio.to_thread(lambda: asyncio.run(both()))
        calls = await ended(ear, 2)
    assert told(calls[SECOND]) == ([("notice", True)], 0)


async def test_what_callees_say_is_made_before_anybody_calls(
    callee_ports: CalleePorts, tmp_path: Path
) -> None:
    """It takes half a second of a processor, in which no call is heard and no key goes down."""
    spoken.cache_clear()
    async with listening(callee_ports, tmp_path):
        assert spoken.cache_info().currsize == len(Says)
