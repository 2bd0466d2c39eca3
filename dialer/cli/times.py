"""Instants on the command line: ISO 8601 with an offset; naive times are refused."""

from datetime import UTC, datetime

import typer

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Exclusive. Beyond these no calendar of ours means anything, and arithmetic with local times may overflow."""


def instant(text: str) -> datetime:
    """Raise a usage error (exit status 2) for anything else."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time, such as 2027-02-01T10:00:00+01:00") from None
    if value.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset: write 2027-02-01T10:00:00+01:00, or Z for UTC")
    if not EARLIEST <= value < LATEST:
        raise typer.BadParameter(f"{text!r} does not lie between the years 1970 and 2199")
    return value
