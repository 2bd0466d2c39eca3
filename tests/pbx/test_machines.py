"""An answering machine: what is left on it, and that its keys are no choice. The service tells the PBX by two entries in AstDB."""

import asyncio
import time

from tests.pbx.callee import Manner
from tests.pbx.calls import SETTLE_S, Call, Line
from tests.pbx.voice import Press


async def call_a_machine(line: Line, manner: Manner, *, found_at: float, spoken_at: float) -> Call:
    """Seconds after the Originate; the notice lasts 1.5 s."""
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
