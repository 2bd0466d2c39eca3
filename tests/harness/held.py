"""The time for which callbacks hold the event loop, in CPU time of its thread.

CPU time and not time on the wall: the time that other processes and threads take is not counted, so
that a busy machine changes nothing. The processor's speed remains: it is measured with a fixed
piece of work just before, and allowed for.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import thread_time

import pytest

REFERENCE_S = 0.008
"""CPU time of `piece_of_work` on the machine that the limits are meant for."""


def piece_of_work() -> None:
    """Work of the kinds that requests are made of: dictionaries, strings, JSON."""
    for turn in range(40):
        made = {f"key {index}": [index, str(index), turn] for index in range(250)}
        json.loads(json.dumps(made))


def slowness() -> float:
    """Return how much slower this processor is than the one of the limits; never less than 1."""
    times: list[float] = []
    for _ in range(5):
        started = thread_time()
        piece_of_work()
        times.append(thread_time() - started)
    return max(1.0, min(times) / REFERENCE_S)


@dataclass(slots=True)
class Held:
    """The longest callback, in seconds of CPU time, and its name."""

    longest_s: float = 0.0
    by: str = ""


@contextmanager
def held() -> Iterator[Held]:
    """Watch every callback of the event loops of this thread until the block ends."""
    watched, thread, run = Held(), threading.get_ident(), asyncio.events.Handle._run

    def timed(handle: asyncio.events.Handle) -> None:
        started = thread_time()
        run(handle)
        spent = thread_time() - started
        if spent > watched.longest_s and threading.get_ident() == thread:
            watched.longest_s, watched.by = spent, repr(handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.events.Handle, "_run", timed)
        yield watched
