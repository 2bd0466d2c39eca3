"""The time for which this machine has stalled, waiting for a processor or a disk.

A party that is late by no more than that was made late by it.
"""

import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PRESSURE = (Path("/proc/pressure/cpu"), Path("/proc/pressure/io"))
"""Files of pressure, missing on an old kernel.

Their first line ends in the microseconds for which at least one task has waited so far.
"""
_STOLEN = 8
"""The field of /proc/stat with the time that the machine below has kept for others.

In hundredths of a second.
"""
_EVERY_S = 0.02


class Stalls:
    """Readings of the stalls, taken again and again since its making.

    Times are seconds of the monotonic clock.
    """

    def __init__(self) -> None:
        self._began: list[float] = []
        self._ended: list[float] = []
        self._waited: list[float] = []
        self.look()

    def look(self) -> None:
        began, waited, ended = time.monotonic(), _waited_s(), time.monotonic()
        self._waited.append(waited)
        self._ended.append(ended)
        self._began.append(began)

    def between(self, first: float, last: float) -> float:
        """Return seconds, from the last reading before `first` to the first one after `last`."""
        before = max(0, bisect_right(self._ended, first) - 1)
        after = min(len(self._began) - 1, bisect_left(self._began, last))
        return max(0.0, self._waited[after] - self._waited[before])

    def since(self, zero: float) -> Callable[[int, int], float]:
        """Return a function: milliseconds, between two moments in milliseconds from `zero`."""
        return lambda first_ms, last_ms: 1000 * self.between(zero + first_ms / 1000, zero + last_ms / 1000)


def monotonic(unix_s: float) -> float:
    """Return the time by the monotonic clock."""
    return unix_s - time.time() + time.monotonic()


@contextmanager
def watched() -> Iterator[Stalls]:
    """Look until the block ends, from a thread of its own, and once more then."""
    stalls, over = Stalls(), threading.Event()

    def look() -> None:
        while not over.wait(_EVERY_S):
            stalls.look()

    thread = threading.Thread(target=look, name="stalls", daemon=True)
    thread.start()
    try:
        yield stalls
    finally:
        over.set()
        thread.join()
        stalls.look()


def _waited_s() -> float:
    waited = int(Path("/proc/stat").read_text().partition("\n")[0].split()[_STOLEN]) / 100
    for file in _PRESSURE:
        with suppress(OSError):
            waited += int(file.read_text().partition("\n")[0].rpartition("=")[2]) / 1e6
    return waited
