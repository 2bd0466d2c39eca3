"""What time it is for this home."""

from dialer.adapters.clock import SystemClock, kernel_clock
from dialer.adapters.home.pretended_time import pretended_shift
from dialer.settings import Settings


def clock_of(settings: Settings) -> SystemClock:
    """On loopback trunks nobody can be called at the wrong hour: machines without a time service, such as those of tests, may do there.

    There a home may pretend another time, too. Real people live in real time.
    """
    if all(trunk.loopback for trunk in settings.trunks):
        return SystemClock(pretended_shift(settings.home))
    return SystemClock(kernel=kernel_clock)
