"""Instants on the command line."""

from datetime import datetime

import typer

from dialer.domain.base.instant import parse_instant


def instant(text: str) -> datetime:
    """Read an instant. Raise a usage error (exit 2) for anything but ISO 8601 with an offset."""
    try:
        return parse_instant(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} {error}") from None
