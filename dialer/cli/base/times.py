"""Instants on the command line."""

from datetime import datetime

import typer

from dialer.domain.base.instant import parse_instant


def instant(text: str) -> datetime:
    """Raise a usage error (exit status 2) for anything but an ISO 8601 time with its offset."""
    try:
        return parse_instant(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} {error}") from None
