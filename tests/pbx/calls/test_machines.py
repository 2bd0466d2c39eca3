"""An answering machine: the text left on it, and that its keys are no choice.

The service tells the PBX of it by two entries in AstDB.
"""

import asyncio
import math
import random
import time

import pytest

from dialer.simulated_callees.personas import Says
from dialer.simulated_callees.rtp_sender import RATE, alaw, spoken
from tests.pbx.callee import Manner
from tests.pbx.observed_call import SETTLE_S, Call, Line
from tests.pbx.sounds import LONG_SCRIPT
from tests.pbx.voice import Press


async def call_a_machine(line: Line, manner: Manner, *, found_at: float, spoken_at: float) -> Call:
    """Call a machine. Seconds after the Originate; the notice lasts 1.5 s."""
    async with line.callee(manner) as (callee, trunk):
        paper = line.permit(DIALER_TRUNK=trunk.name)
        await line.manager.originate(paper)
        await asyncio.sleep(found_at)
        await line.manager.put(f"dialer-machine/{paper['DIALER_ATTEMPT']}", str(int(time.time())))
        await asyncio.sleep(spoken_at - found_at)
        await line.manager.put(f"dialer-spoken/{paper['DIALER_ATTEMPT']}", str(int(time.time())))
        await line.manager.event("DialerEnded", paper["DIALER_ATTEMPT"])
        await asyncio.sleep(SETTLE_S)
    return line.made(paper, callee)


async def test_the_short_text_is_left_once_the_machine_has_spoken(line: Line) -> None:
    call = await call_a_machine(line, Manner(), found_at=0.8, spoken_at=4)
    assert call.heard == ["notice", "voicemail"]
    assert call.between("done notice", "play voicemail") > 1500


async def test_a_one_from_a_machine_plays_no_message(line: Line) -> None:
    """In the notice, while its greeting lasts, and while the text is left on it."""
    for at in (0.4, 2.5, 4.6):
        call = await call_a_machine(line, Manner(presses=(Press("1", at),)), found_at=0.8, spoken_at=3)
        assert (at, call.heard) == (at, ["notice", "voicemail"])
        assert "key 1" in call.trace


async def test_a_nine_from_a_machine_is_an_opposition(line: Line) -> None:
    """In the notice, while its greeting lasts, and while the text is left on it."""
    for at, heard in ((0.9, ["notice..."]), (2.2, ["notice"]), (4.6, ["notice", "voicemail..."])):
        call = await call_a_machine(line, Manner(presses=(Press("9", at),)), found_at=0.8, spoken_at=3)
        assert (at, call.heard) == (at, [*heard, "opposed"])
        (told,) = line.manager.of("DialerOpposed", call.permit["DIALER_ATTEMPT"])
        assert told["Stored"] == "yes"


def hiss(magnitude: float) -> bytes:
    """Return two seconds of even noise: a street, a fan, a bad line.

    `magnitude`: the mean of its samples without their signs.
    """
    noise = random.Random(9)
    return bytes(alaw(int(noise.uniform(-2, 2) * magnitude)) for _ in range(2 * RATE))


def hum(magnitude: float) -> bytes:
    """Return two seconds of the mains."""
    peak = magnitude * math.pi / 2
    return bytes(alaw(int(peak * math.sin(2 * math.pi * 50 * n / RATE))) for n in range(2 * RATE))


@pytest.mark.parametrize(
    "noise", [hiss(484), hiss(800), hum(484), hum(800)], ids=["street", "loud", "hum", "loud hum"]
)
async def test_whoever_answers_in_a_steady_noise_is_no_machine_and_their_nine_is_taken(
    line: Line, noise: bytes
) -> None:
    """Field case 9: at -37 dBFS, and at -32."""
    manner = Manner(says=noise, presses=(Press("9", 5.0),))
    call = await line.call(manner, DIALER_SCRIPT=LONG_SCRIPT)
    assert call.heard == ["opposed"], "the notice is silent"
    assert "cut notice" in call.trace
    assert talking(line, call) == []


async def test_a_greeting_is_talking_from_its_beginning_to_its_end(line: Line) -> None:
    call = await line.call(
        Manner(says=spoken(Says.GREETING_AND_BEEP), hang_up_at=4.0), DIALER_SCRIPT=LONG_SCRIPT
    )
    assert talking(line, call) == ["ChannelTalkingStart"]


def talking(line: Line, call: Call) -> list[str]:
    """Return Asterisk's events about it."""
    attempt = call.permit["DIALER_ATTEMPT"]
    told = [event for event in line.manager.events if event.get("Linkedid") == attempt]
    return [event["Event"] for event in told if event.get("Event", "").startswith("ChannelTalking")]
