"""9 at any moment: stored in AstDB first, reported, confirmed, and nothing else is heard."""

import pytest

from tests.pbx.callee import Manner
from tests.pbx.observed_call import Call, Line
from tests.pbx.voice import Press

HELD_S = 0.3
"""So long has a busy PBX to hear the key go down."""


async def assert_stored(line: Line, paper: dict[str, str]) -> None:
    sponsor, fingerprint = paper["DIALER_SPONSOR"], paper["DIALER_FINGERPRINT"]
    entry = await line.manager.database(f"dialer-opposed/{paper['DIALER_ATTEMPT']}")
    assert entry is not None
    at, *rest = entry.split("|")
    assert rest == [fingerprint, sponsor]
    assert await line.manager.database(f"dialer-suppressed/{sponsor}/{fingerprint}") == at[:10]
    (told,) = line.manager.of("DialerOpposed", paper["DIALER_ATTEMPT"])
    assert (told["At"], told["Stored"]) == (at, "yes")


ONE = Press("1", 0.2)
MOMENTS: dict[str, tuple[tuple[Press, ...], list[str]]] = {
    "at the first sound": ((Press("9", 0.05),), ["notice...", "opposed"]),
    "0.2 s into the notice": ((Press("9", 0.2),), ["notice...", "opposed"]),
    "after a kept one": ((ONE, Press("9", 0.6)), ["notice...", "opposed"]),
    "in the invitation": ((Press("9", 0.2, hears="invitation"),), ["notice", "invitation...", "opposed"]),
    "while we wait for a key": ((Press("9", 3.0),), ["notice", "invitation", "opposed"]),
    "in the message": ((ONE, Press("9", 0.3, hears="message")), ["notice", "message...", "opposed"]),
    "in the closing": (
        (ONE, Press("9", 0.15, hears="closing")),
        ["notice", "message", "closing...", "opposed"],
    ),
    "after the closing": (
        (ONE, Press("9", 1.1, hears="closing")),
        ["notice", "message", "closing", "opposed"],
    ),
    "in the legal notice": (
        (Press("8", 0.2), Press("9", 0.2, hears="legal")),
        ["notice", "legal...", "opposed"],
    ),
    "in the goodbye": (
        (Press("9", 0.04, 0.06, hears="no-key"),),
        ["notice", "invitation", "no-key...", "opposed"],
    ),
    "after a wrong key": (
        (Press("4", 0.2, hears="invitation"), Press("9", 0.1, 0.06, hears="wrong-key")),
        ["notice", "invitation", "wrong-key...", "opposed"],
    ),
    "twice": ((Press("9", 0.2), Press("9", 1.6, 0.06)), ["notice...", "opposed"]),
}


async def test_a_nine_is_an_opposition_at_any_moment(line: Line) -> None:
    """T096, T053: the sound stops, at the ear, within 100 ms of the key.

    `Line.call` compares them.
    """
    calls = await line.calls(Manner(presses=presses) for presses, _ in MOMENTS.values())
    for call, (moment, (_, expected)) in zip(calls, MOMENTS.items(), strict=True):
        assert (moment, call.heard) == (moment, expected)
        assert call.trace[-1] == "done opposed"
        await assert_stored(line, call.permit)


@pytest.mark.parametrize("at", [0.3, 2.6])
async def test_a_nine_stands_when_the_callee_hangs_up_at_key_up(line: Line, at: float) -> None:
    """From the very packet that ends the key, in the notice and while we wait for a key.

    There the hang-up may overtake the dialplan: then the service, which hears the key go down, is
    the one to store it.
    """
    afters = (0.0, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.5, 1.0)
    calls = await line.calls(
        Manner(presses=(Press("9", at, HELD_S),), hang_up_at=at + HELD_S + after) for after in afters
    )
    for call in calls:
        assert begun_nines(line, call) == 1
        if "key 9" in call.trace:
            await assert_stored(line, call.permit)
        assert len(call.reports) == 1
    assert "key 9" in calls[-1].trace


def begun_nines(line: Line, call: Call) -> int:
    """Count the 9s that the service hears even if the dialplan does not."""
    begun = (event for event in line.manager.events if event.get("Event") == "DTMFBegin")
    return [(e["Digit"], e["Linkedid"]) for e in begun].count(("9", call.permit["DIALER_ATTEMPT"]))


async def test_an_opposition_that_the_service_has_taken_over_is_confirmed(line: Line) -> None:
    async with line.callee(Manner(presses=(Press("9", 0.2),))) as (_, trunk):
        paper = line.permit(DIALER_TRUNK=trunk.name)
        await line.manager.originate(paper)
        await line.manager.event("DialerOpposed", paper["DIALER_ATTEMPT"])
        await line.manager.delete(f"dialer-opposed/{paper['DIALER_ATTEMPT']}")
        ended = await line.manager.event("DialerEnded", paper["DIALER_ATTEMPT"])
    assert ended["Trace"].endswith(" done opposed")


async def test_a_number_that_objected_is_refused_by_the_pbx_itself(line: Line) -> None:
    call = await line.call(Manner(presses=(Press("9", 0.1),), hang_up_at=0.5))
    again = line.permit(DIALER_FINGERPRINT=call.permit["DIALER_FINGERPRINT"])
    assert await line.refused(again) == "SUPPRESSED"


async def test_a_nine_begun_and_cut_off_by_hanging_up_is_seen_by_the_manager(line: Line) -> None:
    call = await line.call(Manner(presses=(Press("9", 0.5, 5),), hang_up_at=0.5 + HELD_S))
    assert begun_nines(line, call) == 1
    assert "key 9" not in call.trace
