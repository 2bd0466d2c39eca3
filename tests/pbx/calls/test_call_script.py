"""The prompts of a call as its callee hears them, in order, key by key (docs/rules/script.md)."""

from tests.harness.agreement import TOLERANCE_MS
from tests.pbx.callee import Manner
from tests.pbx.observed_call import Line
from tests.pbx.voice import Press

MANNERS: dict[str, tuple[Manner, list[str]]] = {
    "a 1 in the invitation": (
        Manner(presses=(Press("1", 0.3, hears="invitation"),)),
        ["notice", "invitation...", "message", "closing"],
    ),
    "a 1 in the notice": (Manner(presses=(Press("1", 0.4),)), ["notice", "message", "closing"]),
    "no key": (Manner(), ["notice", "invitation", "no-key"]),
    "every key but 9 in the notice": (
        Manner(
            presses=tuple(Press(key, 0.1 + 0.12 * n, 0.06) for n, key in enumerate("#*02345678")),
            hang_up_at=2.0,
        ),
        ["notice", "legal..."],
    ),
    "other keys in the message": (
        Manner(
            presses=(
                Press("1", 0.3),
                *(Press(key, 0.2 + 0.15 * n, 0.06, hears="message") for n, key in enumerate("1#*85")),
            )
        ),
        ["notice", "message", "closing"],
    ),
    "an 8 in the notice": (
        Manner(presses=(Press("8", 0.5),), hang_up_at=2.6),
        ["notice", "legal", "invitation..."],
    ),
    "an 8 in the invitation, another in the legal notice": (
        Manner(presses=(Press("8", 0.3, hears="invitation"), Press("8", 0.2, hears="legal")), hang_up_at=3.0),
        ["notice", "invitation...", "legal", "invitation..."],
    ),
    "a 1 in the legal notice": (
        Manner(presses=(Press("8", 0.5), Press("1", 0.3, hears="legal"))),
        ["notice", "legal", "message", "closing"],
    ),
    "wrong keys from the invitation on": (
        Manner(presses=(Press("5", 1.7), Press("7", 3.0), Press("1", 3.6))),
        ["notice", "invitation", "wrong-key", "message", "closing"],
    ),
    "wrong keys while we wait": (
        Manner(presses=(Press("0", 2.6), Press("*", 3.5), Press("1", 4.0))),
        ["notice", "invitation", "wrong-key", "message", "closing"],
    ),
}
"""The callee's behaviour, and the prompts heard.

`...` is a beginning, everything else is heard whole and once.
"""

NO_KEY_MS = 8000


async def test_every_callee_hears_the_notice_whole_and_the_message_only_after_a_one(line: Line) -> None:
    calls = await line.calls(manner for manner, _ in MANNERS.values())
    for call, (name, (_, expected)) in zip(calls, MANNERS.items(), strict=True):
        assert (name, call.heard) == (name, expected)
        if name == "no key":
            assert abs(call.between("done invitation", "play no-key") - NO_KEY_MS) < TOLERANCE_MS, "T106"


async def test_the_trace_tells_what_was_played_and_pressed(line: Line) -> None:
    call = await line.call(Manner(presses=(Press("1", 0.4), Press("#", 2.0))))
    assert call.trace == [
        *("play notice", "key 1", "done notice"),
        *("play message", "key #", "done message", "play closing", "done closing"),
    ]


async def test_a_call_ends_at_its_longest_time(line: Line) -> None:
    call = await line.call(Manner(), DIALER_MAX="1")
    assert call.heard == ["notice..."]
    assert call.trace == ["play notice", "cut notice"]
