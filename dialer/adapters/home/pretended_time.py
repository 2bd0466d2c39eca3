"""The time that a home pretends, for demonstrations and tests.

A file that every command reads holds its lead over the real time.
"""

from datetime import timedelta
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
