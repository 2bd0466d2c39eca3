"""The time zone data that this process judges by, and its age (T027)."""

import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.resources import files

from dialer.domain.base.errors import BadSettings

OLDEST = timedelta(days=366)
"""Governments change their clocks at short notice."""
_UPDATED = re.compile(r"^#updated ([0-9]+)", re.MULTILINE)


def pin_zone_data() -> None:
    """Judge by the zone data installed with this program, so that all machines decide alike."""
    zoneinfo.reset_tzpath(to=())


def zone_data_updated() -> datetime:
    """Read the date of the pinned zone data from its table of leap seconds.

    Raise `BadSettings` where there is none.
    """
    try:
        text = files("tzdata").joinpath("zoneinfo", "leapseconds").read_text("utf-8")
    except (ModuleNotFoundError, OSError):
        text = ""
    stamp = _UPDATED.search(text)
    if stamp is None:
        raise BadSettings("the time zone data is missing or damaged", hint="install the package tzdata again")
    return datetime.fromtimestamp(int(stamp[1]), UTC)


def demand_zone_data(now: datetime, *, fresh: bool) -> datetime:
    """Return the date of the zone data.

    Raise `BadSettings` where it is missing, or where it must be `fresh` and is older than 366 days.
    """
    updated = zone_data_updated()
    if fresh and now - updated > OLDEST:
        raise BadSettings(
            f"the time zone data is of {updated:%Y-%m-%d}, older than twelve months",
            hint="upgrade the package tzdata",
        )
    return updated
