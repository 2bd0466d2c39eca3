"""The call-back line: a caller to our number hears who we are, and objects there.

The service is not needed for it.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from dialer.adapters.ami.link import AmiAddress
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.clock import SystemClock
from dialer.ports.telephony import Line as PublishedLine
from dialer.ports.telephony import LineObjection
from tests.harness.patience import SOON_S
from tests.pbx.callee import Manner
from tests.pbx.conftest import Pbx
from tests.pbx.observed_call import Line
from tests.pbx.ringer import Ringer, Ringing, ringer_of
from tests.pbx.sounds import SCRIPT, heard
from tests.pbx.voice import BY_INFO, Keying, Press

SPONSOR = "a1" * 8
CLOCK = SystemClock()
AT_ONCE = 50
"""The line takes so many callers at once."""
FORMS = ("33162000001", "0033162000001", "0162000001")


@pytest.fixture
async def telephony(pbx: Pbx, line: Line) -> AsyncIterator[AmiTelephony]:
    """The service's side. The line speaks just as well with no service connected."""
    key = (Path(pbx.spec.home) / f"{pbx.spec.name}.line").read_text().strip()
    address = AmiAddress("127.0.0.1", pbx.spec.ami_port, "dialer", pbx.secret)
    async with AmiTelephony("pbx1", address, pbx.seal_key, CLOCK, line_key=key) as telephony:
        await telephony.set_lines([PublishedLine(form, SCRIPT, SPONSOR, None) for form in FORMS])
        yield telephony
        await telephony.clear_line_objections([o.key for o in await telephony.line_objections()])
        await telephony.set_lines([])


async def ring(line: Line, ringing: Ringing) -> Ringer:
    async with ringer_of(ringing, line.sip_port) as ringer:
        await ringer.ring()
    return ringer


def sounds(ringer: Ringer) -> list[str]:
    return heard(bytes(ringer.ear.heard))


async def only(telephony: AmiTelephony) -> LineObjection:
    (objection,) = await telephony.line_objections()
    return objection


async def test_a_nine_on_the_line_is_an_opposition_of_the_number_that_rang(
    telephony: AmiTelephony, line: Line
) -> None:
    before = time.time()
    ringer = await ring(line, Ringing(presses=(Press("9", 0.3),)))
    assert sounds(ringer) == ["callback...", "opposed"]
    objection = await only(telephony)
    assert (objection.number, objection.sponsor_key) == ("33199000042", SPONSOR)
    assert int(before) <= objection.at.timestamp() <= time.time()


async def test_the_number_itself_is_nowhere_in_the_pbxs_memory(telephony: AmiTelephony, line: Line) -> None:
    await ring(line, Ringing(presses=(Press("9", 0.3),)))
    assert (await only(telephony)).number == "33199000042"
    assert not any("199000042" in entry for entry in await line.entries())


@pytest.mark.parametrize("keying", [k for k in Keying if k not in BY_INFO | {Keying.TONES}])
async def test_keys_are_heard_under_the_payload_type_that_the_caller_offers(
    telephony: AmiTelephony, line: Line, keying: Keying
) -> None:
    ringer = await ring(line, Ringing(presses=(Press("9", 0.3, 0.2),), keying=keying, event_type=110))
    assert sounds(ringer) == ["callback...", "opposed"]


async def test_a_nine_stands_when_the_caller_hangs_up_at_once(telephony: AmiTelephony, line: Line) -> None:
    for at in (0.3, 2.0):
        await ring(line, Ringing(presses=(Press("9", at),), hang_up_at=at + 0.14))
        objection = await only(telephony)
        assert (at, objection.number) == (at, "33199000042")
        await telephony.clear_line_objections([objection.key])


async def test_a_hidden_number_is_asked_for_and_typed(telephony: AmiTelephony, line: Line) -> None:
    typed = tuple(Press(key, 1.8 + 0.3 * n, 0.1) for n, key in enumerate("0199000043#"))
    ringer = await ring(line, Ringing(private=True, presses=(Press("9", 0.3), *typed)))
    assert sounds(ringer) == ["callback...", "callback-number", "opposed"]
    assert (await only(telephony)).number == "0199000043"


async def test_a_hidden_number_that_is_never_typed_is_a_nine_all_the_same(
    telephony: AmiTelephony, line: Line
) -> None:
    await ring(line, Ringing(private=True, presses=(Press("9", 0.3),), hang_up_at=1.0))
    assert (await only(telephony)).number is None


async def test_a_one_plays_the_message_and_an_eight_the_legal_notice(
    telephony: AmiTelephony, line: Line
) -> None:
    presses = (Press("8", 0.3), Press("1", 1.5))
    ringer = await ring(line, Ringing(presses=presses, hang_up_at=4.5))
    assert sounds(ringer)[:4] == ["callback...", "legal", "callback...", "message"]


async def test_during_electoral_silence_the_message_is_withheld_and_nine_and_eight_work(
    telephony: AmiTelephony, line: Line
) -> None:
    """T043."""
    await telephony.set_lines([PublishedLine(form, SCRIPT, SPONSOR, CLOCK.now()) for form in FORMS])
    presses = (Press("1", 0.3), Press("8", 0.7), Press("9", 1.8))
    ringer = await ring(line, Ringing(presses=presses))
    begun, *rest = sounds(ringer)
    assert begun == "callback-silent?", "it begins again at the 1"
    assert rest == ["legal", "callback-silent...", "opposed"]
    assert (await only(telephony)).number == "33199000042"


@pytest.mark.parametrize("number", ["0162000001", "33162000001", "+33162000001", "0033162000001"])
async def test_the_line_is_reached_however_the_trunk_writes_our_number(
    telephony: AmiTelephony, line: Line, number: str
) -> None:
    assert (await ring(line, Ringing(number=number, hang_up_at=0.4))).status == 200


@pytest.mark.parametrize("number", ["+33162000002", "call", "s", "9", "+33199000001"])
async def test_a_number_that_no_campaign_shows_is_not_answered(
    telephony: AmiTelephony, line: Line, number: str
) -> None:
    ringer = await ring(line, Ringing(number=number))
    assert (ringer.status >= 400, sounds(ringer)) == (True, [])


async def test_a_line_that_is_taken_back_is_not_answered(telephony: AmiTelephony, line: Line) -> None:
    await telephony.set_lines([])
    assert (await ring(line, Ringing())).status >= 400


async def test_a_flood_of_callers_finds_the_line_busy_and_leaves_room_for_those_we_ring(
    telephony: AmiTelephony, line: Line
) -> None:
    """The 51st hears that it is busy, and is answered once another has hung up."""
    async with AsyncExitStack() as stack:
        ringers = [
            await stack.enter_async_context(ringer_of(Ringing(), line.sip_port)) for _ in range(AT_ONCE)
        ]
        callers = [asyncio.create_task(ringer.ring()) for ringer in ringers]
        for ringer in ringers:
            await asyncio.wait_for(ringer.answered.wait(), SOON_S)
        assert {ringer.status for ringer in ringers} == {200}
        assert (await ring(line, Ringing())).status == 486
        assert (await line.call(Manner(hang_up_at=0.4))).report["DialStatus"] == "ANSWER"
        for ringer in ringers:
            ringer.hang_up()
        await asyncio.gather(*callers)
    async with asyncio.timeout(SOON_S):
        while (await ring(line, Ringing(hang_up_at=0.4))).status != 200:
            await asyncio.sleep(0.1)
