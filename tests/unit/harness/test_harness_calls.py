"""The callees, called without Asterisk: by SIP and RTP from `tests.harness.caller`."""

import asyncio
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dialer.domain.base.errors import Unavailable
from dialer.simulated_callees.callees import SimulatedCallees
from dialer.simulated_callees.listener import UNKNOWN
from dialer.simulated_callees.personas import ROLES, Persona, Says, number_for
from dialer.simulated_callees.received import Ending, ReceivedCall
from dialer.simulated_callees.rtp import FRAME_S
from dialer.simulated_callees.rtp_sender import RATE, spoken
from tests.harness.caller import calling, udp_socket
from tests.harness.fixtures import CalleePorts
from tests.harness.patience import SOON_S
from tests.harness.ports import free_port
from tests.harness.prompts import LEAD_S, silence, sound


async def play(
    callees: SimulatedCallees, sip: int, persona: Persona, *stream: bytes, presses: int = 0
) -> ReceivedCall:
    """Call one callee, play the stream, and return the callee's report.

    Hang up once it has pressed and released so many keys.
    """
    number = number_for(persona, 0)
    async with calling(number, sip) as caller:
        assert await caller.invite() == 200
        for audio in stream:
            await caller.play(audio)
        async with asyncio.timeout(SOON_S):
            while sum(up for _, up in keys(await one_call(callees, number))) < presses:
                await asyncio.sleep(0.02)
        await caller.bye()
        [call] = await callees.ended(1, number=number, within_s=SOON_S)
    return call


async def left(callees: SimulatedCallees, sip: int, persona: Persona, *stream: bytes) -> ReceivedCall:
    """Call one callee, play the stream, and return its report when it has hung up."""
    number = number_for(persona, 0)
    async with calling(number, sip) as caller:
        assert await caller.invite() == 200
        for audio in stream:
            await caller.play(audio)
        await asyncio.wait_for(caller.left.wait(), SOON_S)
        [call] = await callees.ended(1, number=number, within_s=SOON_S)
    return call


async def one_call(callees: SimulatedCallees, number: str) -> ReceivedCall:
    [call] = await callees.calls(number)
    return call


async def until(seen: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON_S):
        while not seen():
            await asyncio.sleep(0.02)


def keys(call: ReceivedCall) -> list[tuple[str, bool]]:
    """Return each key, and whether it was released."""
    return [(press.key, press.up_ms is not None) for press in call.keys]


ROUNDED_S = 0.002
"""Milliseconds are whole ones, and two clocks are read one after the other."""

# the caller's prompts, and the callee's keys
SCRIPTS: dict[Persona, tuple[list[str], str]] = {
    Persona.PRESSES_ONE: (["notice", "invitation", "message"], "1"),
    Persona.NINE_IN_NOTICE: (["notice", "message"], "9"),
    Persona.NINE_IN_MESSAGE: (["invitation", "message", "closing"], "19"),
    Persona.NO_KEY: (["notice", "invitation", "no-key"], ""),
    Persona.WRONG_KEY_THEN_ONE: (["invitation", "wrong-key", "closing"], "51"),
    Persona.ONE_DURING_NOTICE: (["notice", "message"], "1"),
    Persona.EIGHT_THEN_ONE: (["invitation", "legal", "invitation", "message"], "81"),
    Persona.NINE_AT_ONCE: (["notice"], "9"),
}


async def test_each_callee_hears_the_prompts_and_presses_its_keys(
    callees: SimulatedCallees, callee_ports: CalleePorts, script_audio: dict[str, bytes]
) -> None:
    async def one(persona: Persona, played: list[str]) -> ReceivedCall:
        stream = (script_audio[name] for name in played)
        return await play(callees, callee_ports.sip, persona, *stream, presses=len(SCRIPTS[persona][1]))

    calls = await asyncio.gather(*(one(persona, played) for persona, (played, _) in SCRIPTS.items()))
    for call, (persona, (played, pressed)) in zip(calls, SCRIPTS.items(), strict=True):
        assert call.persona is persona
        assert [(heard.prompt, heard.complete) for heard in call.heard] == [(name, True) for name in played]
        assert keys(call) == [(key, True) for key in pressed]
        assert call.ending is Ending.CALLER_HUNG_UP


async def test_prompts_are_timed_by_their_arrival_from_the_answer_on(
    callees: SimulatedCallees, callee_ports: CalleePorts, script_audio: dict[str, bytes]
) -> None:
    number = number_for(Persona.NO_KEY, 0)
    notice, closing = script_audio["notice"], script_audio["closing"]
    async with calling(number, callee_ports.sip) as caller:
        await caller.invite()
        await caller.play(silence(0.5) + notice + silence(0.2) + closing)
        await caller.bye()
        [call] = await callees.ended(1, number=number, within_s=SOON_S)
    assert call.answered_at is not None
    first, after = 0.5, 0.7 + len(notice) / RATE
    for heard, began, audio in zip(call.heard, (first, after), (notice, closing), strict=True):
        sounds, ends = round((began + LEAD_S) / FRAME_S), round((began + len(audio) / RATE) / FRAME_S)
        for at_ms, packet, beside in (
            (heard.started_ms, sounds, -LEAD_S),
            (heard.ended_ms, ends - 1, FRAME_S),
        ):
            before, after_it = (moment + beside for moment in caller.sent[packet])
            assert before - ROUNDED_S <= call.answered_at + at_ms / 1000 <= after_it + ROUNDED_S


def ends_of(events: list[bytes]) -> list[bytes]:
    """Return the packets that report a key as up."""
    return [event for event in events if event[13] & 0x80]


async def test_a_key_arrives_as_one_event_of_the_agreed_type_ended_three_times(
    callees: SimulatedCallees, callee_ports: CalleePorts
) -> None:
    async with calling(number_for(Persona.NINE_AT_ONCE, 0), callee_ports.sip) as caller:
        await caller.invite()
        await until(lambda: len(ends_of(caller.events())) >= 3)
        await caller.play(silence(0.1))
        events = caller.events()
    assert {event[12] for event in events} == {9}
    assert len({event[4:8] for event in events}) == 1
    ends = ends_of(events)
    assert len(ends) == 3
    assert ends == events[-3:]
    assert len({event[14:16] for event in ends}) == 1


async def test_a_callee_who_hangs_up_with_the_key_down_never_sends_its_end(
    callees: SimulatedCallees, callee_ports: CalleePorts
) -> None:
    async with calling(number_for(Persona.NINE_THEN_HANGS_UP, 0), callee_ports.sip) as caller:
        await caller.invite()
        await asyncio.wait_for(caller.left.wait(), SOON_S)
        events = caller.events()
        [call] = await callees.ended(1, within_s=SOON_S)
    assert events
    assert not ends_of(events)
    assert keys(call) == [("9", False)]
    assert call.ending is Ending.CALLEE_HUNG_UP


async def test_a_callee_hangs_up_in_the_notice(
    callees: SimulatedCallees, callee_ports: CalleePorts, script_audio: dict[str, bytes]
) -> None:
    stream = (silence(1.6), script_audio["notice"][: len(script_audio["notice"]) // 2])
    call = await left(callees, callee_ports.sip, Persona.HANGS_UP_IN_NOTICE, *stream)
    assert [(heard.prompt, heard.complete) for heard in call.heard] == [("notice", False)]
    assert call.ending is Ending.CALLEE_HUNG_UP


async def test_a_callee_who_hangs_up_does_so_however_late_the_answer_is_acknowledged(
    callees: SimulatedCallees, callee_ports: CalleePorts
) -> None:
    async with calling(number_for(Persona.HANGS_UP_IN_NOTICE, 0), callee_ports.sip) as caller:
        await caller.invite(acknowledged_after=2.5)
        await asyncio.wait_for(caller.left.wait(), SOON_S)
    [call] = await callees.ended(1, within_s=SOON_S)
    assert call.ending is Ending.CALLEE_HUNG_UP


async def test_a_callee_hangs_up_in_the_message(
    callees: SimulatedCallees, callee_ports: CalleePorts, script_audio: dict[str, bytes]
) -> None:
    stream = (script_audio["invitation"], script_audio["message"])
    call = await left(callees, callee_ports.sip, Persona.HANGS_UP_IN_MESSAGE, *stream)
    assert (keys(call), call.ending) == ([("1", True)], Ending.CALLEE_HUNG_UP)


async def test_a_machine_is_heard_talking(callees: SimulatedCallees, callee_ports: CalleePorts) -> None:
    async with calling(number_for(Persona.MACHINE, 0), callee_ports.sip) as caller:
        await caller.invite()
        await until(lambda: len(caller.audio()) > 6000)
        heard = caller.audio()
    assert heard == spoken(Says.GREETING_AND_BEEP)[: len(heard)]


REFUSALS = [persona for persona, role in ROLES.items() if role.status >= 300]


@pytest.mark.parametrize("persona", REFUSALS, ids=str)
async def test_each_refusal_is_its_own_status(
    callees: SimulatedCallees, callee_ports: CalleePorts, persona: Persona
) -> None:
    async with calling(number_for(persona, 0), callee_ports.sip) as caller:
        assert await caller.invite() == ROLES[persona].status
    [call] = await callees.ended(1, within_s=SOON_S)
    assert (call.ending, call.answered_at) == (Ending.REFUSED, None)


async def test_a_number_that_no_callee_has_is_not_found_and_still_counted(
    callees: SimulatedCallees, callee_ports: CalleePorts
) -> None:
    async with calling("+33612340100", callee_ports.sip) as caller:
        assert await caller.invite() == 404
    assert [invite.number for invite in await callees.invites()] == ["+33612340100"]


@pytest.mark.parametrize("persona", [Persona.NO_ANSWER, Persona.PRESSES_ONE], ids=str)
async def test_a_caller_who_gives_up_while_it_rings_is_told_so(
    callees: SimulatedCallees, callee_ports: CalleePorts, persona: Persona
) -> None:
    async with calling(number_for(persona, 0), callee_ports.sip) as caller:
        await caller.begin()
        await until(lambda: bool(caller.statuses))
        await caller.cancel()
        assert caller.statuses == [180, 487]
    [call] = await callees.ended(1, within_s=SOON_S)
    assert call.ending is Ending.CANCELLED


async def test_an_invite_sent_three_times_is_one(
    callees: SimulatedCallees, callee_ports: CalleePorts
) -> None:
    before = time.monotonic()
    async with calling(number_for(Persona.BUSY, 7), callee_ports.sip) as caller:
        await caller.invite(times=3)
    [invite] = await callees.invites()
    assert (invite.number, invite.caller_id) == (number_for(Persona.BUSY, 7), "+33162000001")
    assert invite.call_id == caller.call_id
    assert before <= invite.at <= time.monotonic()


async def test_two_calls_to_one_number_are_two(callees: SimulatedCallees, callee_ports: CalleePorts) -> None:
    number = number_for(Persona.BUSY, 8)
    for _ in range(2):
        async with calling(number, callee_ports.sip) as caller:
            await caller.invite()
    calls = await callees.ended(2, number=number, within_s=SOON_S)
    assert len({call.call_id for call in calls}) == 2
    assert await callees.calls(number_for(Persona.BUSY, 9)) == []


async def test_calls_at_the_same_time_are_not_mixed_up(
    callees: SimulatedCallees, callee_ports: CalleePorts, script_audio: dict[str, bytes]
) -> None:
    async def hear(index: int, prompt: str) -> None:
        async with calling(number_for(Persona.NO_KEY, index), callee_ports.sip) as caller:
            await caller.invite()
            await caller.play(script_audio[prompt])
            await caller.bye()

    prompts = list(script_audio)
    await asyncio.gather(*(hear(index, prompt) for index, prompt in enumerate(prompts)))
    calls = {call.number: call for call in await callees.ended(len(prompts), within_s=SOON_S)}
    for index, prompt in enumerate(prompts):
        [heard] = calls[number_for(Persona.NO_KEY, index)].heard
        assert (heard.prompt, heard.complete) == (prompt, True)


async def test_a_packet_lost_on_the_way_is_told_and_the_prompt_still_known(
    callees: SimulatedCallees, callee_ports: CalleePorts, script_audio: dict[str, bytes]
) -> None:
    async with calling(number_for(Persona.NO_KEY, 0), callee_ports.sip) as caller:
        await caller.invite()
        await caller.play(script_audio["notice"], drop=frozenset({7, 8}))
    [call] = await callees.calls()
    assert [(heard.prompt, heard.complete, heard.lost) for heard in call.heard] == [("notice", True, 2)]
    assert (call.lost_packets, call.ending) == (2, None)


async def test_sound_of_no_prompt_is_unknown_and_can_be_played_back(
    callees: SimulatedCallees, callee_ports: CalleePorts
) -> None:
    stranger = sound("stranger", 0.4)
    call = await play(callees, callee_ports.sip, Persona.NO_KEY, stranger)
    [heard] = call.heard
    assert (heard.prompt, heard.complete, heard.audio) == (UNKNOWN, False, stranger)


async def test_a_script_written_after_the_start_is_known(
    callees: SimulatedCallees, callee_ports: CalleePorts, prompt_folder: Path
) -> None:
    late = sound("a late script", 0.4)
    (prompt_folder / ("1a" * 32)).mkdir()
    (prompt_folder / ("1a" * 32) / "voicemail.alaw").write_bytes(late)
    call = await play(callees, callee_ports.sip, Persona.NO_KEY, late)
    assert [heard.prompt for heard in call.heard] == ["voicemail"]


@pytest.mark.parametrize("taken", ["sip", "rtp"])
async def test_a_port_that_is_taken_is_refused_by_name(taken: str, tmp_path: Path) -> None:
    with udp_socket() as busy:
        ports = {other: free_port(socket.SOCK_DGRAM) for other in ("sip", "rtp")} | {
            taken: busy.getsockname()[1]
        }
        with pytest.raises(Unavailable, match=str(ports[taken])):
            async with SimulatedCallees.start(sip_port=ports["sip"], rtp_port=ports["rtp"], prompts=tmp_path):
                pytest.fail("started on a port that another program holds")


async def test_waiting_for_a_call_that_never_comes_says_how_many_came(callees: SimulatedCallees) -> None:
    with pytest.raises(Unavailable, match="0 of 1 calls"):
        await callees.ended(1, within_s=0.1)


STARTER = """
import asyncio, sys
from pathlib import Path
from dialer.simulated_callees.callees import SimulatedCallees

async def main():
    async with SimulatedCallees.start(sip_port=int(sys.argv[1]), rtp_port=int(sys.argv[2]), prompts=Path(sys.argv[3])):
        print("started", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_the_callees_of_a_killed_program_die_with_it(tmp_path: Path) -> None:
    ports = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STARTER, *map(str, ports), str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    assert await asyncio.wait_for(program.stdout.readline(), SOON_S) == b"started\n"
    assert is_taken(ports[0])
    program.kill()
    await program.communicate()
    async with asyncio.timeout(SOON_S):
        while is_taken(ports[0]):
            await asyncio.sleep(0.05)


def is_taken(port: int) -> bool:
    try:
        udp_socket(port).close()
    except OSError:
        return True
    return False
