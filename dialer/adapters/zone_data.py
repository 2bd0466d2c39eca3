"""Which time zone data this process judges by, and how old it is (T027)."""

import re
import zoneinfo
from datetime import UTC, datetime
from importlib.resources import files

from dialer.domain.errors import BadSettings

_UPDATED = re.compile(r"^#updated ([0-9]+)", re.MULTILINE)


def pin_zone_data() -> None:
    """Judge by the zone data installed with this program, whatever the machine has of its own: every machine then decides alike."""
    zoneinfo.reset_tzpath(to=())


def zone_data_updated() -> datetime:
    """The date that the pinned zone data carries of itself, in its table of leap seconds. Raise `BadSettings` where there is none."""
    try:
        text = files("tzdata").joinpath("zoneinfo", "leapseconds").read_text("utf-8")
    except (ModuleNotFoundError, OSError):
        text = ""
    stamp = _UPDATED.search(text)
    if stamp is None:
        raise BadSettings("the time zone data is missing or damaged", hint="install the package tzdata again")
    return datetime.fromtimestamp(int(stamp[1]), UTC)
