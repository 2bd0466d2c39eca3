"""Every attempt that passed the gate is reported once, however and whenever it ends."""

import asyncio
import time

from tests.harness.patience import SOON_S
from tests.harness.stalls import monotonic
from tests.pbx.callee import Manner
from tests.pbx.observed_call import Call, Line
from tests.pbx.sounds import LONG_SCRIPT
from tests.pbx.voice import Press

REFUSALS = {
    (486, "Busy Here"): ("BUSY", "17", "486"),
    (404, "Not Found"): ("CHANUNAVAIL", "1", "404"),
    (480, "Temporarily Unavailable"): ("NOANSWER", "19", "480"),
    (503, "Service Unavailable"): ("CONGESTION", "34", "503"),
    (600, "Busy Everywhere"): ("BUSY", "17", "600"),
    (603, "Decline"): ("CHANUNAVAIL", "21", "603"),
    (607, "Unwanted"): ("CHANUNAVAIL", "127", "607"),
    (608, "Rejected"): ("CHANUNAVAIL", "127", "608"),
}
"""DIALSTATUS, Q.850 cause and SIP code that each final answer is reported with."""


async def test_a_call_not_taken_is_reported_once_with_its_answer(line: Line) -> None:
    calls = await line.calls(Manner(status=status, reason=reason) for status, reason in REFUSALS)
    for call, expected in zip(calls, REFUSALS.values(), strict=True):
        assert (call.report["DialStatus"], call.report["Cause"], call.report["Sip"]) == expected
        assert (call.heard, call.trace) == ([], [])


async def test_a_redirection_to_another_number_is_not_followed(line: Line) -> None:
    contact = f"sip:+33199000009@127.0.0.1:{line.free[-1].port}"
    call = await line.call(Manner(status=302, reason="Moved Temporarily", contact=contact))
    assert len(call.callee.invites) == 1
    assert call.report["DialStatus"] == "FAILED"


async def test_a_call_nobody_takes_ends_with_the_ringing(line: Line) -> None:
    call = await line.call(Manner(status=0), DIALER_RING="1")
    assert (call.report["DialStatus"], call.report["Sip"]) == ("NOANSWER", "")


async def test_a_call_of_which_the_network_says_nothing_is_told_from_one_that_rings(line: Line) -> None:
    """Q.850: 18 is no user responding."""
    manners = (Manner(status=0), Manner(status=0, rings=False, early_media=True))
    silent, *others = await asyncio.gather(
        unheard(line), *(line.call(each, DIALER_RING="1") for each in manners)
    )
    assert (silent.report["DialStatus"], silent.report["Cause"]) == ("NOANSWER", "18")
    assert {call.report["Cause"] for call in others} == {"16"}


async def unheard(line: Line) -> Call:
    async with line.callee(Manner(status=0, rings=False)) as (callee, trunk):
        paper = line.permit(DIALER_TRUNK=trunk.name, DIALER_RING="1")
        await line.manager.originate(paper)
        await line.manager.event("DialerEnded", paper["DIALER_ATTEMPT"])
        # An INVITE without any response is not cancelled (RFC 3261, 9.1), and is sent again for 32
        # s.
        callee.reply(callee.invite, 480, "Temporarily Unavailable")
    return line.made(paper, callee)


async def test_a_callee_cannot_say_that_we_ended_the_call(line: Line) -> None:
    """T110 is our own act: a Reason in the callee's BYE says nothing of that."""
    call = await line.call(Manner(hang_up_at=0.4, bye_headers=("Reason: Q.850;cause=44",)))
    assert (call.report["DialStatus"], call.trace) == ("ANSWER", ["play notice", "cut notice"])


async def test_an_unknown_trunk_is_reported_once(line: Line) -> None:
    """With the cause by which it is known that no INVITE left."""
    call = await line.call(Manner(), DIALER_TRUNK="nowhere")
    report = call.report
    assert (report["DialStatus"], report["Cause"], report["Sip"]) == ("CHANUNAVAIL", "3", "")
    assert call.callee.invites == []


async def test_a_callee_who_hangs_up_is_reported_once(line: Line) -> None:
    calls = await line.calls(
        Manner(hang_up_at=at) for at in (0.0, 0.02, 0.1, 0.5, 1.48, 1.5, 1.52, 2.4, 3.0, 11.0)
    )
    for call in calls:
        assert call.report["DialStatus"] == "ANSWER"
        assert not any(name.startswith("message") for name in call.heard)


async def test_a_call_we_hang_up_is_reported_once(line: Line) -> None:
    """By every channel of the call.

    Before the INVITE, while it rings, as it is answered, and in the notice.
    """
    await asyncio.gather(
        *(hang_up_after(line, after) for after in (0.0, 0.01, 0.03, 0.08, 0.1, 0.12, 0.2, 0.3, 1.0))
    )


async def hang_up_after(line: Line, after: float) -> None:
    async with line.callee(Manner()) as (callee, trunk):
        paper = line.permit(DIALER_TRUNK=trunk.name)
        await line.manager.originate(paper)
        await asyncio.sleep(after)
        await line.hang_up(paper["DIALER_ATTEMPT"])
        async with asyncio.timeout(SOON_S):
            while await line.channels(paper["DIALER_ATTEMPT"]):
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.6)
    passed = line.manager.of("DialerDialing", paper["DIALER_ATTEMPT"])
    ended = line.manager.of("DialerEnded", paper["DIALER_ATTEMPT"])
    assert len(ended) == 1 or not (ended or passed or callee.invites)


async def test_the_report_in_the_outbox_is_that_of_the_event(line: Line) -> None:
    call = await line.call(Manner(hang_up_at=0.4))
    stored = await line.manager.database(f"dialer-ended/{call.permit['DIALER_ATTEMPT']}")
    assert stored is not None
    fields = dict(part.split(": ", 1) for part in stored.split(","))
    assert fields == {name: call.report[name] for name in ("At", "DialStatus", "Cause", "Sip", "Trace")}


async def test_no_number_reaches_the_database(line: Line) -> None:
    call = await line.call(Manner(hang_up_at=0.4))
    entries = await line.entries()
    assert any(call.permit["DIALER_ATTEMPT"] in entry for entry in entries)
    assert not any(call.permit["DIALER_NUMBER"][1:] in entry for entry in entries)


async def test_a_call_in_progress_is_cut_when_silence_begins(line: Line) -> None:
    """T036. The message was chosen, and stops at the limit.

    The limit comes in the midst of it: 2.5 s from now.
    """
    await asyncio.sleep((0.5 - time.time()) % 1)
    limit = int(time.time()) + 3
    call = await line.call(Manner(presses=(Press("1", 0.2),)), DIALER_CUT=str(limit))
    assert call.trace[-2:] == ["cut message", "end silence-cut"]
    late_ms = int(call.report["At"]) - 1000 * limit
    assert -100 < late_ms < 100 + line.stalls.since(monotonic(limit))(-100, late_ms)


async def test_a_call_answered_when_silence_has_begun_hears_nothing(line: Line) -> None:
    call = await line.call(Manner(), DIALER_CUT=str(int(time.time())))
    assert (call.heard, call.trace) == ([], ["end silence-cut"])


async def test_a_callee_of_whom_nothing_is_heard_for_20_s_is_hung_up(line: Line) -> None:
    """T110: no packet comes, not even of silence.

    A callee whose trunk sends reports alone during silence is there (RFC 3389).
    """
    mute, silent, reporting = await asyncio.gather(
        *(
            line.call(manner, DIALER_SCRIPT=LONG_SCRIPT)
            for manner in (
                Manner(silent_from=0.5),
                Manner(hang_up_at=25),
                Manner(silent_from=0.5, rtcp=True, hang_up_at=25),
            )
        )
    )
    assert mute.trace == ["play notice", "cut notice", "end media-timeout"]
    assert silent.trace == reporting.trace == ["play notice", "cut notice"]


async def test_sound_before_the_answer_is_no_answer(line: Line) -> None:
    """T112: an announcement of the network, then a busy line."""
    call = await line.call(Manner(status=486, reason="Busy Here", early_media=True, answer_after=1.5))
    assert line.manager.of("DialerAnswered", call.permit["DIALER_ATTEMPT"]) == []
    assert (call.report["DialStatus"], call.heard, call.trace) == ("BUSY", [], [])
