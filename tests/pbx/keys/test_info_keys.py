"""A 9 by SIP INFO: one message without beginning and end.

Asterisk holds it down for as long as it says.
"""

import asyncio

import pytest

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.domain.calls.call_events import Ended, Opposed
from dialer.ports.telephony import TelephonyEvent
from tests.harness.patience import SOON_S
from tests.pbx.callee import Manner
from tests.pbx.keys.test_callback_line import telephony
from tests.pbx.observed_call import Line
from tests.pbx.voice import BY_INFO, Keying, Press

__all__ = ["telephony"]
INFOS = sorted(BY_INFO, key=lambda keying: keying.value)
ONE = Press("1", 0.3)
MOMENTS = {
    "in the notice": (Press("9", 0.5),),
    "in the invitation": (Press("9", 0.3, hears="invitation"),),
    "while a key is waited for": (Press("9", 4.0),),
    "in the message": (ONE, Press("9", 0.5, hears="message")),
    "in the closing": (ONE, Press("9", 0.2, hears="closing")),
    "after the closing": (ONE, Press("9", 1.3, hears="closing")),
}


@pytest.mark.parametrize("keying", INFOS, ids=lambda keying: keying.name)
async def test_it_is_an_opposition_at_every_moment_of_the_call(line: Line, keying: Keying) -> None:
    manners = (Manner(keying=keying, presses=presses) for presses in MOMENTS.values())
    for call, moment in zip(await line.calls(manners), MOMENTS, strict=True):
        assert (moment, call.heard[-1]) == (moment, "opposed")
        (told,) = line.manager.of("DialerOpposed", call.permit["DIALER_ATTEMPT"])
        assert told["Stored"] == "yes"


@pytest.mark.parametrize("keying", INFOS, ids=lambda keying: keying.name)
async def test_it_is_told_to_the_service_by_the_key_and_by_the_dialplan(
    line: Line, telephony: AmiTelephony, keying: Keying
) -> None:
    """Should a hang-up leave out either of them, the other is there.

    A key by INFO has an end alone.
    """
    async with line.callee(Manner(keying=keying, presses=(Press("9", 3.0),))) as (_, trunk):
        permit = line.permit(DIALER_TRUNK=trunk.name)
        await line.manager.originate(permit)
        told = await told_of(telephony, permit["DIALER_ATTEMPT"])
        await line.manager.event("DialerEnded", permit["DIALER_ATTEMPT"])
    assert len([event for event in told if isinstance(event, Opposed)]) == 2
    keys = [
        event["Event"] for event in line.manager.events if event.get("Linkedid") == permit["DIALER_ATTEMPT"]
    ]
    assert [event for event in keys if event.startswith("DTMF")] == ["DTMFEnd"]


async def told_of(telephony: AmiTelephony, attempt: str) -> list[TelephonyEvent]:
    """Return the events of the call, its end included."""
    told: list[TelephonyEvent] = []
    async with asyncio.timeout(SOON_S):
        async for event in telephony.events():
            if getattr(event, "attempt_id", None) == attempt:
                told.append(event)
            if isinstance(event, Ended) and event.attempt_id == attempt:
                break
    return told
