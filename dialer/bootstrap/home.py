"""Parts that need nothing but the home: its clock, its secrets, its halts.

`Links` says how a command needs the PBXs.
"""

from enum import Enum
from pathlib import Path

from dialer.adapters.clock import SystemClock, kernel_clock, pretended_shift
from dialer.adapters.home.halt_notes import HaltFolder
from dialer.domain.base.errors import BadSettings
from dialer.settings import Settings


def read_secret(path: Path) -> str:
    """Read a secret. Raise `BadSettings`."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise BadSettings(
            f"{path} cannot be read", hint="name the right file; that of a PBX is made by `dialer pbx up`"
        ) from None


def clock_of(settings: Settings) -> SystemClock:
    """Make the clock. Real people live in real time, checked with the kernel.

    On loopback trunks no real person is called at the wrong hour. So a machine without a time
    service will do there, such as those of tests, and a home may pretend another time.
    """
    if all(trunk.loopback for trunk in settings.trunks):
        return SystemClock(pretended_shift(settings.home))
    return SystemClock(kernel=kernel_clock)


def halt_notes(home: Path) -> HaltFolder:
    return HaltFolder(home / "halted")


class Links(Enum):
    """A command's need for the PBXs."""

    NONE = "it needs none"
    TRIED = "it tells those it can reach"
    DRIVEN = "it drives them: where all refuse our password, or run another dialplan, it does not start"
