"""A call record against its callee's ear: the same prompts in order, no time over 100 ms apart.

The record counts from the answer as the PBX hears it, the ear from the callee's own; both report
the sounds that Asterisk plays, at two ends. A machine that lets either wait puts them apart: its
measured stalls are allowed for, so on a quiet machine nothing is.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from dialer.simulated_callees.received import Heard, KeyPressed, ReceivedCall
from tests.harness.stalls import Stalls

TOLERANCE_MS = 100

Record = Mapping[str, Any]
Stalled = Callable[[int, int], float]
"""The machine's stall in milliseconds, between two moments in milliseconds from the answer."""


class Perceived(Protocol):
    """The sounds and keys of a callee; milliseconds from the answer."""

    @property
    def heard(self) -> tuple[Heard, ...]: ...

    @property
    def keys(self) -> tuple[KeyPressed, ...]: ...


def never(_first_ms: int, _last_ms: int) -> float:
    """The machine is taken for a quiet one."""
    return 0.0


def stalls_of(call: ReceivedCall, stalls: Stalls) -> Stalled:
    zero = call.answered_at
    return never if zero is None else stalls.since(zero)


def disagreements(record: Record, call: Perceived, stalled: Stalled = never) -> list[str]:
    """Return every way in which the record and the ear differ; empty when they agree."""
    return [*_prompts(record["prompts"], call.heard, stalled), *_keys(record["keys"], call.keys, stalled)]


def apart(recorded_ms: int, heard_ms: int, stalled: Stalled = never) -> bool:
    """Return whether two times differ by more than 100 ms and the machine's stalls.

    Stalls after the answer, or beside this moment.
    """
    gap = abs(recorded_ms - heard_ms)
    return gap > TOLERANCE_MS and gap > TOLERANCE_MS + stalled(0, gap) + stalled(
        heard_ms - gap, heard_ms + gap
    )


def _prompts(recorded: list[Record], heard: tuple[Heard, ...], stalled: Stalled) -> Iterator[str]:
    pairs = _paired(recorded, heard)
    if pairs is None:
        names = [prompt["name"] for prompt in recorded], [passage.prompt for passage in heard]
        yield f"recorded {names[0]}, heard {names[1]}"
        return
    for prompt, passage in pairs:
        # When a prompt is cut in its last moments the whole may be on its way already: the record
        # may say less, never more.
        last_moments = passage.complete and not apart(prompt["ended_ms"], passage.ended_ms, stalled)
        if prompt["completed"] != passage.complete and not last_moments:
            yield f"{prompt['name']}: completed {prompt['completed']} in the record, {passage.complete} at the ear"
        yield from _apart(f"{prompt['name']} began", prompt["started_ms"], passage.started_ms, stalled)
        yield from _apart(f"{prompt['name']} ended", prompt["ended_ms"], passage.ended_ms, stalled)


def _paired(recorded: list[Record], heard: tuple[Heard, ...]) -> list[tuple[Record, Heard]] | None:
    """Pair the prompts of record and ear.

    A prompt cut in its first moments, which are silent, may be heard or not: it is left out where
    only one side has it.
    """
    for prompts in (
        recorded,
        [p for p in recorded if p["completed"] or _long(p["started_ms"], p["ended_ms"])],
    ):
        for passages in (heard, tuple(h for h in heard if h.complete or _long(h.started_ms, h.ended_ms))):
            if [prompt["name"] for prompt in prompts] == [passage.prompt for passage in passages]:
                return list(zip(prompts, passages, strict=True))
    return None


def _long(started_ms: int, ended_ms: int) -> bool:
    return ended_ms - started_ms > 3 * TOLERANCE_MS


def _keys(recorded: list[Record], pressed: tuple[KeyPressed, ...], stalled: Stalled) -> Iterator[str]:
    """Compare keys. A key that never came up is in no trace.

    The opposition that it may be is recorded by itself.
    """
    released = [key for key in pressed if key.up_ms is not None]
    if [key["key"] for key in recorded] != [key.key for key in released]:
        yield f"recorded keys {[key['key'] for key in recorded]}, pressed {[key.key for key in released]}"
        return
    for key, press in zip(recorded, released, strict=True):
        assert press.up_ms is not None
        yield from _apart(f"key {press.key}", key["at_ms"], press.up_ms, stalled)


def _apart(what: str, recorded_ms: int, heard_ms: int, stalled: Stalled) -> Iterator[str]:
    if apart(recorded_ms, heard_ms, stalled):
        yield f"{what} at {recorded_ms} ms in the record, at {heard_ms} ms at the ear"
