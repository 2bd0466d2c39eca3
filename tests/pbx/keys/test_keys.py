"""A key pressed is one key, for any way of sending it and any fault of the network (T097, T099)."""

import asyncio

from tests.pbx.callee import Manner
from tests.pbx.observed_call import Call, Line
from tests.pbx.voice import Keying, Press

EIGHT_THEN_ONE = (Press("8", 0.4, 0.2), Press("1", 1.8, 0.2))


def counted_once(call: Call) -> bool:
    """Return whether each of the two keys counts once, and so do the prompts that the second opens.

    A busy machine may still play the notice when the second comes.
    """
    keys = [step for step in call.trace if step.startswith("key")]
    prompts = [step for step in call.trace if step.startswith("done") and step != "done legal"]
    return keys == ["key 8", "key 1"] and prompts == ["done notice", "done message", "done closing"]


async def test_every_way_of_sending_a_key_counts_it_once(line: Line) -> None:
    calls = await line.calls(Manner(keying=keying, presses=EIGHT_THEN_ONE) for keying in Keying)
    for call, keying in zip(calls, Keying, strict=True):
        assert (keying, counted_once(call)) == (keying, True), call.trace


async def test_telephone_events_are_heard_under_any_payload_type(line: Line) -> None:
    """The answer names a type of its own for receiving, and sends under that of the offer.

    RFC 3264, 6.1.
    """
    types = (96, 97, 110, 127)
    calls = await line.calls(Manner(event_type=n, presses=EIGHT_THEN_ONE) for n in types)
    for call, event_type in zip(calls, types, strict=True):
        assert (event_type, counted_once(call)) == (event_type, True), call.trace


async def test_a_nine_is_an_opposition_however_it_is_sent(line: Line) -> None:
    calls = await line.calls(Manner(keying=keying, presses=(Press("9", 0.4),)) for keying in Keying)
    for call, keying in zip(calls, Keying, strict=True):
        assert (keying, call.heard) == (keying, ["notice...", "opposed"])
        (told,) = line.manager.of("DialerOpposed", call.permit["DIALER_ATTEMPT"])
        assert told["Stored"] == "yes"


async def test_nine_twice_or_nine_and_another_key_is_one_opposition(line: Line) -> None:
    pairs = (("9", "9"), ("9", "1"), ("9", "8"), ("1", "9"), ("8", "9"))
    calls = await line.calls(
        Manner(presses=(Press(first, 0.3, 0.06), Press(second, 0.42, 0.06))) for first, second in pairs
    )
    for call, pair in zip(calls, pairs, strict=True):
        assert (pair, call.heard) == (pair, ["notice...", "opposed"])
        assert len(line.manager.of("DialerOpposed", call.permit["DIALER_ATTEMPT"])) == 1


async def test_a_one_pressed_twice_plays_the_message_once(line: Line) -> None:
    """T099: in one breath, and again while it plays."""
    quick, late = await asyncio.gather(
        line.call(Manner(presses=(Press("1", 1.8, 0.06), Press("1", 1.92, 0.06)))),
        line.call(Manner(presses=(Press("1", 0.3), Press("1", 2.0)))),
    )
    assert quick.heard == ["notice", "invitation...", "message", "closing"]
    assert late.heard == ["notice", "message", "closing"]
