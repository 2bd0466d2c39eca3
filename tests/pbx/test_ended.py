"""Every attempt that passed the gate is reported once, whoever ends it and when."""

import asyncio

from tests.pbx.callee import Manner
from tests.pbx.calls import Line

REFUSALS = {
    (486, "Busy Here"): ("BUSY", "17", "486"),
    (404, "Not Found"): ("CHANUNAVAIL", "1", "404"),
    (480, "Temporarily Unavailable"): ("NOANSWER", "19", "480"),
    (503, "Service Unavailable"): ("CONGESTION", "34", "503"),
    (600, "Busy Everywhere"): ("BUSY", "17", "600"),
    (603, "Decline"): ("CHANUNAVAIL", "21", "603"),
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


async def test_an_unknown_trunk_is_reported_once(line: Line) -> None:
    call = await line.call(Manner(), DIALER_TRUNK="nowhere")
    assert call.report["DialStatus"] == "CHANUNAVAIL"
    assert call.callee.invites == []


async def test_a_callee_who_hangs_up_is_reported_once(line: Line) -> None:
    calls = await line.calls(
        Manner(hang_up_at=at) for at in (0.0, 0.02, 0.1, 0.5, 1.48, 1.5, 1.52, 2.4, 3.0, 11.0)
    )
    for call in calls:
        assert call.report["DialStatus"] == "ANSWER"
        assert not any(name.startswith("message") for name in call.heard)


async def test_a_call_we_hang_up_is_reported_once(line: Line) -> None:
    """By every channel of the call: before the INVITE, while it rings, as it is answered, and in the notice."""
    await asyncio.gather(
        *(hang_up_after(line, after) for after in (0.0, 0.01, 0.03, 0.08, 0.1, 0.12, 0.2, 0.3, 1.0))
    )


async def hang_up_after(line: Line, after: float) -> None:
    async with line.callee(Manner()) as (callee, trunk):
        paper = line.permit(DIALER_TRUNK=trunk.name)
        await line.manager.originate(paper)
        await asyncio.sleep(after)
        await line.hang_up(paper["DIALER_ATTEMPT"])
        await asyncio.sleep(0.6)
    passed = line.manager.of("DialerDialing", paper["DIALER_ATTEMPT"])
    ended = line.manager.of("DialerEnded", paper["DIALER_ATTEMPT"])
    assert len(ended) == 1 or not (ended or passed or callee.invites)
    assert await line.channels(paper["DIALER_ATTEMPT"]) == []


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
