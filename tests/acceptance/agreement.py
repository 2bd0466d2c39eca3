"""A call record against what its callee heard: the same prompts in the same order, and no time more than 100 ms apart."""

from collections.abc import Iterator, Mapping
from typing import Any

from dialer.adapters.callees.received import Heard, KeyPressed, ReceivedCall

TOLERANCE_MS = 100

Record = Mapping[str, Any]


def disagreements(record: Record, call: ReceivedCall) -> list[str]:
    """Every way in which the record and the ear differ; empty when they agree."""
    return [*_prompts(record["prompts"], call.heard), *_keys(record["keys"], call.keys)]


def _prompts(recorded: list[Record], heard: tuple[Heard, ...]) -> Iterator[str]:
    # Of a prompt that was cut in its first, silent moments nothing is heard.
    audible = [p for p in recorded if p["completed"] or p["ended_ms"] - p["started_ms"] > TOLERANCE_MS]
    names = [prompt["name"] for prompt in audible]
    if names != [passage.prompt for passage in heard]:
        yield f"recorded {names}, heard {[passage.prompt for passage in heard]}"
        return
    for prompt, passage in zip(audible, heard, strict=True):
        if prompt["completed"] != passage.complete:
            yield f"{prompt['name']}: completed {prompt['completed']} in the record, {passage.complete} at the ear"
        yield from _apart(f"{prompt['name']} began", prompt["started_ms"], passage.started_ms)
        yield from _apart(f"{prompt['name']} ended", prompt["ended_ms"], passage.ended_ms)


def _keys(recorded: list[Record], pressed: tuple[KeyPressed, ...]) -> Iterator[str]:
    """A key that never came up is in no trace: the opposition that it may be is recorded by itself."""
    released = [key for key in pressed if key.up_ms is not None]
    if [key["key"] for key in recorded] != [key.key for key in released]:
        yield f"recorded keys {[key['key'] for key in recorded]}, pressed {[key.key for key in released]}"
        return
    for key, press in zip(recorded, released, strict=True):
        assert press.up_ms is not None
        yield from _apart(f"key {press.key}", key["at_ms"], press.up_ms)


def _apart(what: str, recorded_ms: int, heard_ms: int) -> Iterator[str]:
    if abs(recorded_ms - heard_ms) > TOLERANCE_MS:
        yield f"{what} at {recorded_ms} ms in the record, at {heard_ms} ms at the ear"
