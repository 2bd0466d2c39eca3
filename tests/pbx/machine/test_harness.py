"""Every persona, called once by the real Asterisk: their sounds and keys, and its own report."""

import asyncio
from dataclasses import dataclass

import pytest

from dialer.simulated_callees.callees import SimulatedCallees
from dialer.simulated_callees.personas import ROLES, Persona, number_for
from dialer.simulated_callees.received import Ending, ReceivedCall
from tests.harness.agreement import TOLERANCE_MS, Stalled, apart, stalls_of
from tests.harness.fixtures import CalleePorts
from tests.harness.patience import SOON_S
from tests.harness.prompts import write_script
from tests.harness.stalls import watched
from tests.pbx.conftest import Pbx
from tests.pbx.manager import Manager, Message, manager_at, permit

SCRIPT = "7d" * 32
SECONDS = {"notice": 6.0, "invitation": 3.0, "message": 4.0}
"""Much longer than the personas need for their acts in them: on a busy machine they are late."""
ALL_OVER_S = 120

# A prompt that was cut ends in a stroke; the persona's own keys are in its row of the table.
HEARD = {
    Persona.PRESSES_ONE: "notice invitation/ message closing",
    Persona.NINE_IN_NOTICE: "notice/ opposed",
    Persona.NINE_IN_MESSAGE: "notice invitation/ message/ opposed",
    Persona.NINE_THEN_HANGS_UP: "notice/",
    Persona.NO_KEY: "notice invitation no-key",
    Persona.WRONG_KEY_THEN_ONE: "notice invitation wrong-key message closing",
    Persona.HANGS_UP_IN_NOTICE: "notice/",
    Persona.HANGS_UP_IN_MESSAGE: "notice invitation/ message/",
    Persona.ONE_DURING_NOTICE: "notice message closing",
    Persona.EIGHT_THEN_ONE: "notice invitation/ legal invitation/ message closing",
    Persona.NINE_AT_ONCE: "notice/ opposed",
    Persona.MACHINE: "notice invitation no-key",
}
HANG_UP = {Persona.NINE_THEN_HANGS_UP, Persona.HANGS_UP_IN_NOTICE, Persona.HANGS_UP_IN_MESSAGE}


@dataclass(frozen=True, slots=True)
class BothSides:
    """A call as its callee and as the PBX report it.

    `answered` is the PBX's DialerAnswered, if there was one.
    """

    stalled: Stalled
    callee: ReceivedCall
    answered: Message | None
    ended: Message


async def call(manager: Manager, seal_key: str, persona: Persona) -> tuple[Message | None, Message]:
    values = permit(seal_key, SCRIPT, DIALER_NUMBER=number_for(persona, 0))
    await manager.originate(values)
    ended = await manager.event("DialerEnded", values["DIALER_ATTEMPT"], ALL_OVER_S)
    return next(iter(manager.of("DialerAnswered", values["DIALER_ATTEMPT"])), None), ended


async def call_all(pbx: Pbx, rtp_port: int) -> dict[Persona, BothSides]:
    prompts = pbx.spec.home / "prompts"
    write_script(prompts, SCRIPT, SECONDS)
    sip_port = pbx.spec.trunks[0].port
    with watched() as stalls:
        told, calls = await told_and_heard(pbx, sip_port, rtp_port)
    received = {call.number: call for call in calls}
    return {
        persona: BothSides(stalls_of(call, stalls), call, *pbx_told)
        for persona, pbx_told in zip(Persona, told, strict=True)
        if (call := received[number_for(persona, 0)])
    }


async def told_and_heard(
    pbx: Pbx, sip_port: int, rtp_port: int
) -> tuple[list[tuple[Message | None, Message]], list[ReceivedCall]]:
    """Return the reports by persona, and the calls in no order."""
    prompts = pbx.spec.home / "prompts"
    async with SimulatedCallees.start(sip_port=sip_port, rtp_port=rtp_port, prompts=prompts) as callees:
        manager = await manager_at(pbx.spec.ami_port, "dialer", pbx.secret)
        try:
            told = await asyncio.gather(*(call(manager, pbx.seal_key, persona) for persona in Persona))
            calls = await callees.ended(len(Persona), within_s=SOON_S)
            assert await callees.faults() == []
        finally:
            await manager.close()
    return told, calls


@pytest.fixture(scope="module")
def calls(pbx: Pbx, callee_ports: CalleePorts) -> dict[Persona, BothSides]:
    """Every persona called at once, so that it takes as long as the longest call."""
    return asyncio.run(call_all(pbx, callee_ports.rtp))


@pytest.mark.parametrize("persona", Persona)
def test_the_pbx_reports_the_dial_status_of_the_table(
    calls: dict[Persona, BothSides], persona: Persona
) -> None:
    assert calls[persona].ended["DialStatus"] == ROLES[persona].dial_status


@pytest.mark.parametrize(("persona", "expected"), HEARD.items())
def test_a_callee_hears_these_prompts_and_no_other_sound(
    calls: dict[Persona, BothSides], persona: Persona, expected: str
) -> None:
    heard = calls[persona].callee.heard
    assert " ".join(f"{each.prompt}{'' if each.complete else '/'}" for each in heard) == expected


@pytest.mark.parametrize("persona", HEARD)
def test_who_hangs_up_is_known(calls: dict[Persona, BothSides], persona: Persona) -> None:
    expected = Ending.CALLEE_HUNG_UP if persona in HANG_UP else Ending.CALLER_HUNG_UP
    assert calls[persona].callee.ending is expected


@pytest.mark.parametrize("persona", HEARD)
def test_the_ear_and_the_trace_of_the_pbx_agree_on_what_began_when(
    calls: dict[Persona, BothSides], persona: Persona
) -> None:
    both = calls[persona]
    assert both.answered is not None
    zero = int(both.answered["At"])
    steps = [step.split(" ") for step in both.ended["Trace"].split("|")]
    played = [(name, int(at) - zero) for at, verb, name in steps if verb == "play"]
    assert [heard.prompt for heard in both.callee.heard] == [name for name, _ in played]
    for (name, at), heard in zip(played, both.callee.heard, strict=True):
        assert not apart(at, heard.started_ms, both.stalled), (name, at, heard.started_ms)


def test_a_wrong_key_stops_the_invitation_for_no_longer_than_a_packet(
    calls: dict[Persona, BothSides],
) -> None:
    call = calls[Persona.WRONG_KEY_THEN_ONE]
    invitation = call.callee.heard[1]
    assert (invitation.prompt, invitation.resumed, invitation.complete) == ("invitation", 1, True)
    lasted = invitation.ended_ms - invitation.started_ms
    stalled = call.stalled(invitation.started_ms, invitation.ended_ms)
    assert lasted < SECONDS["invitation"] * 1000 + TOLERANCE_MS + stalled
