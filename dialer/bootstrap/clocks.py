"""The clock of a home."""

from dialer.adapters.clock import SystemClock, kernel_clock
from dialer.adapters.home.pretended_time import pretended_shift
from dialer.settings import Settings


def clock_of(settings: Settings) -> SystemClock:
    """Make the clock. Real people live in real time, checked with the kernel.

    On loopback trunks no real person is called at the wrong hour. So a machine without a time
    service will do there, such as those of tests, and a home may pretend another time.
    """
    if all(trunk.loopback for trunk in settings.trunks):
        return SystemClock(pretended_shift(settings.home))
    return SystemClock(kernel=kernel_clock)
