"""A 9 that goes down and is cut off by the hang-up is kept by the PBX itself, without any listener.

Nothing else that is typed is kept.
"""

import asyncio

import pytest

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.ports.telephony import LineObjection
from tests.harness.patience import SOON_S
from tests.pbx.callee import Manner
from tests.pbx.conftest import Pbx
from tests.pbx.keys.test_callback_line import SPONSOR, telephony
from tests.pbx.manager import Message
from tests.pbx.observed_call import Line
from tests.pbx.ringer import Ringer, Ringing, ringer_of
from tests.pbx.voice import Keying, Press

__all__ = ["telephony"]
HELD = 5.0
"""Seconds: longer than these calls last."""


async def kept(line: Line, key: str) -> list[str]:
    """Return AstDB's entry for a 9 that went down on that channel, once it has one."""
    async with asyncio.timeout(SOON_S):
        while not (found := await line.manager.database(f"dialer-opposed/{key}-down")):
            await asyncio.sleep(0.02)
    return found.split("|")


async def cut_off(line: Line, *presses: Press, keying: Keying = Keying.EVENTS) -> tuple[Message, Message]:
    """Return the permit and the report of a call hung up 80 ms after the last key went down.

    A tone is known after some more.
    """
    at = presses[-1].at + (0.2 if keying is Keying.TONES else 0.08)
    async with line.callee(Manner(presses=presses, hang_up_at=at, keying=keying)) as (_, trunk):
        permit = line.permit(DIALER_TRUNK=trunk.name)
        await line.manager.originate(permit)
        return permit, await line.manager.event("DialerEnded", permit["DIALER_ATTEMPT"])


async def test_a_nine_that_is_cut_off_at_any_moment_is_kept_with_its_time(line: Line) -> None:
    """80 ms after it went down.

    In the notice, in the invitation, while a key is waited for, after another key.
    """
    moments: dict[str, tuple[Press, ...]] = {
        "in the notice": (Press("9", 0.5, HELD),),
        "in the invitation": (Press("9", 1.7, HELD),),
        "while we wait": (Press("9", 3.0, HELD),),
        "in the message": (Press("1", 0.2), Press("9", 2.0, HELD)),
    }
    calls = await asyncio.gather(*(cut_off(line, *p) for p in moments.values()))
    for (permit, ended), moment in zip(calls, moments, strict=True):
        at, *whose = await kept(line, permit["DIALER_ATTEMPT"])
        assert whose == [permit["DIALER_FINGERPRINT"], permit["DIALER_SPONSOR"]], moment
        answered = line.manager.of("DialerAnswered", permit["DIALER_ATTEMPT"])[0]
        assert int(answered["At"]) < int(at) < int(ended["At"]) + 5000, moment
        assert "key 9" not in ended["Trace"], moment


@pytest.mark.parametrize("keying", [Keying.DOUBLED, Keying.SHUFFLED, Keying.TONES])
async def test_however_it_is_sent(line: Line, keying: Keying) -> None:
    permit, _ = await cut_off(line, Press("9", 0.5, HELD), keying=keying)
    await kept(line, permit["DIALER_ATTEMPT"])


async def test_no_other_key_leaves_anything(line: Line) -> None:
    keys = "012345678*#"
    calls = await asyncio.gather(*(cut_off(line, Press(key, 0.5, HELD)) for key in keys))
    last, _ = await cut_off(line, Press("9", 0.5, HELD))
    await kept(line, last["DIALER_ATTEMPT"])
    for permit, _ in calls:
        assert not await line.manager.database(f"dialer-opposed/{permit['DIALER_ATTEMPT']}-down")


async def test_a_nine_that_is_cut_off_on_the_call_back_line_opposes_who_rang(
    telephony: AmiTelephony, line: Line
) -> None:
    await ring(line, Ringing(presses=(Press("9", 0.3, HELD),), hang_up_at=0.38))
    (objection,) = await until_told(telephony)
    assert (objection.number, objection.sponsor_key) == ("33199000042", SPONSOR)
    await telephony.clear_line_objections([objection.key])
    assert await telephony.line_objections() == []


async def test_a_nine_that_came_up_is_told_once_with_the_number_that_was_typed(
    telephony: AmiTelephony, line: Line
) -> None:
    typed = tuple(Press(key, 1.8 + 0.3 * n, 0.1) for n, key in enumerate("0199000043#"))
    await ring(line, Ringing(private=True, presses=(Press("9", 0.3), *typed)))
    (objection,) = await until_told(telephony)
    assert objection.number == "0199000043"
    entries = [entry for entry in await line.entries() if "dialer-opposed/line-" in entry]
    assert len(entries) == 2, "when it went down, and what was stored when it came up"


async def test_no_digit_that_is_typed_lies_anywhere_at_the_pbx(
    telephony: AmiTelephony, line: Line, pbx: Pbx
) -> None:
    typed = tuple(Press(key, 1.8 + 0.3 * n, 0.1) for n, key in enumerate("0199000043#"))
    await ring(line, Ringing(private=True, presses=(Press("9", 0.3), *typed)))
    await until_told(telephony)
    files = [path for path in (pbx.spec.home / "pbx" / pbx.spec.name / "astdb").iterdir() if path.is_file()]
    assert {path.name for path in files} <= {"astdb.sqlite3", "astdb.sqlite3-journal"}
    assert not any(b"DTMF" in path.read_bytes() for path in files)


async def ring(line: Line, ringing: Ringing) -> Ringer:
    async with ringer_of(ringing, line.sip_port) as ringer:
        await ringer.ring()
    return ringer


async def until_told(telephony: AmiTelephony) -> list[LineObjection]:
    async with asyncio.timeout(SOON_S):
        while not (found := await telephony.line_objections()):
            await asyncio.sleep(0.05)
    return found
