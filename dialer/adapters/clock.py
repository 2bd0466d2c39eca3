"""The one reader of the machine's clock, and the time that a home pretends.

Everything else takes the time from the `Clock` port. Time is pretended for demonstrations and tests
alone: a file that every command reads holds its lead over the real time.
"""

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE = "pretended"


def pretended_shift(home: Path) -> timedelta:
    """Lead over the real time. Zero where the home pretends none, or the file cannot be read.

    A halt or an opposition does not fail for that.
    """
    try:
        return timedelta(seconds=float((home / FILE).read_text("ascii")))
    except (OSError, ValueError, OverflowError):
        return timedelta()


def pretend(home: Path, shift: timedelta) -> None:
    """Pretend from now on, in every command and after each start of the service."""
    fresh = home / f"{FILE}.new"
    fresh.write_text(f"{shift.total_seconds()!r}\n", "ascii")
    fresh.replace(home / FILE)


MAX_DRIFT_S = 2.0
EVEN_S = 600.0
"""Seconds without a step after which a clock that stepped is trusted again."""


STEPPED = "the machine's clock stepped; it is trusted again after ten even minutes"


@dataclass(frozen=True, slots=True)
class KernelClock:
    """State of the kernel's clock, as kept by chrony, systemd-timesyncd or ntpd. In seconds."""

    synchronised: bool
    offset: float
    max_error: float

    @property
    def doubt(self) -> str:
        if not self.synchronised:
            return "the machine's clock is not synchronised"
        if max(abs(self.offset), self.max_error) > MAX_DRIFT_S:
            return f"the machine's clock may be more than {MAX_DRIFT_S:.0f} s off"
        return ""


class SystemClock:
    """UTC time, watched against the monotonic clock.

    Distrust a step back, and a jump beyond two seconds (T030). Smaller corrections count together
    for ten minutes: those of a time service never add up to a step.

    `shift` pretends another time, in demos and tests on loopback trunks only. `kernel` is asked
    where real people are called, as a clock that runs evenly may be wrong all the same. Where it
    cannot tell, the clock is not trusted either.
    """

    def __init__(
        self, shift: timedelta = timedelta(), kernel: Callable[[], KernelClock | None] | None = None
    ) -> None:
        self.shift = shift
        self._kernel = kernel
        self._stepped = False
        self._unsure = kernel is not None
        self._even_since, self._origin = _watch_from_now()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def monotonic(self) -> float:
        return time.monotonic()

    def cpu(self) -> float:
        return time.thread_time()

    def doubt(self) -> str:
        """Return why the clock is not trusted, empty where it is.

        After a step, trust it once it has run evenly for ten minutes, synchronised where that is
        asked. The first correction by a time service is no step: the clock was not trusted until
        then anyway.
        """
        unsure, self._unsure = self._unsure, False
        doubt = self._kernel_doubt()
        if abs(time.time() - time.monotonic() - self._origin) > MAX_DRIFT_S:
            self._stepped |= not unsure
            self._even_since, self._origin = _watch_from_now()
        if doubt:
            self._unsure = not self._stepped
            self._even_since = time.monotonic()
        if time.monotonic() - self._even_since >= EVEN_S:
            self._stepped = False
            self._even_since, self._origin = _watch_from_now()
        if self._stepped:
            return doubt or STEPPED
        return doubt

    def _kernel_doubt(self) -> str:
        if self._kernel is None:
            return ""
        known = self._kernel()
        return known.doubt if known else "the kernel does not tell whether the machine's clock is right"


def _watch_from_now() -> tuple[float, float]:
    """Now by the monotonic clock, and the time of day's lead over it."""
    now = time.monotonic()
    return now, time.time() - now


def pretending(now: datetime) -> SystemClock:
    """Make a clock that says `now` at this instant and goes on from there."""
    return SystemClock(now - datetime.now(UTC))


class Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2)."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("time", ctypes.c_long * 2),
        ("tick", ctypes.c_long),
        ("ppsfreq", ctypes.c_long),
        ("jitter", ctypes.c_long),
        ("shift", ctypes.c_int),
        ("stabil", ctypes.c_long),
        ("jitcnt", ctypes.c_long),
        ("calcnt", ctypes.c_long),
        ("errcnt", ctypes.c_long),
        ("stbcnt", ctypes.c_long),
        ("tai", ctypes.c_int),
        ("reserved", ctypes.c_int * 11),
    )


STA_UNSYNC, STA_NANO = 0x0040, 0x2000
LIBC = ctypes.CDLL(None)


def kernel_clock() -> KernelClock | None:
    """Read the kernel's clock by adjtimex(2). None where there is no such call.

    The call changes nothing here and needs no rights. A container sees its host's clock.
    """
    told = Timex()
    try:
        refused = LIBC.adjtimex(ctypes.byref(told)) < 0
    except AttributeError:
        return None
    if refused:
        return None
    unit = 1e9 if told.status & STA_NANO else 1e6
    return KernelClock(not told.status & STA_UNSYNC, told.offset / unit, told.maxerror / 1e6)
