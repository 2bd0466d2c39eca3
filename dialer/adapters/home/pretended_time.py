"""The time that a home pretends, for demonstrations and tests: how far it is ahead of the real one, in a file that every command reads."""

from datetime import timedelta
from pathlib import Path

FILE = "pretended"


def pretended_shift(home: Path) -> timedelta:
    """Zero in a home that lives in real time, or whose file cannot be read: a halt or an opposition does not fail for that."""
    try:
        return timedelta(seconds=float((home / FILE).read_text("ascii")))
    except (OSError, ValueError, OverflowError):
        return timedelta()


def pretend(home: Path, shift: timedelta) -> None:
    """From now on, for every command, and after each start of the service."""
    fresh = home / f"{FILE}.new"
    fresh.write_text(f"{shift.total_seconds()!r}\n", "ascii")
    fresh.replace(home / FILE)
