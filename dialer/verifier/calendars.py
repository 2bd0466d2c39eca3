"""The local time of a call, and whether that was open, by the rule pack sealed with the decision.

The decision names the pack by its hash. `terms.json` brings the clocks (`zones`: by IANA name the
UTC seconds at which an offset begins, with the offset in seconds), the public holidays (`holidays`:
by day and territory, or part of one, "*" for all) and the limits of electoral silence (`silences`).
Anybody can look these up elsewhere.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

from .people import Document, Person, instant, instant_or_none

if TYPE_CHECKING:
    from collections.abc import Iterable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = time(0)
EVERYWHERE = "*"


class Clocks:
    def __init__(self, zones: dict[str, list[list[int]]]) -> None:
        self._zones = {
            name: ([row[0] for row in rows], [row[1] for row in rows]) for name, rows in zones.items()
        }

    def local(self, at: datetime, zone: str) -> datetime:
        """Return the wall clock of `zone`, as a naive time.

        Raise `KeyError` for a zone that is not in the terms.
        """
        starts, offsets = self._zones[zone]
        offset = offsets[max(0, bisect_right(starts, at.timestamp()) - 1)]
        return (at.astimezone(timezone.utc) + timedelta(seconds=offset)).replace(tzinfo=None)


def within(hours: Iterable[Document], local: datetime) -> bool:
    """Return whether a time is within the hours, half-open.

    A slot that crosses midnight belongs to the day it starts on.
    """
    return any(_covers(slot, local) for slot in hours)


def _covers(slot: Document, local: datetime) -> bool:
    start, end, now = time.fromisoformat(slot["start"]), time.fromisoformat(slot["end"]), local.time()
    today = DAYS[local.weekday()] in slot["days"]
    if not slot.get("crosses_midnight"):
        return today and start <= now and (now < end or end == MIDNIGHT)
    yesterday = DAYS[local.weekday() - 1] in slot["days"]
    return (today and now >= start) or (yesterday and now < end)


def legal(pack: Document, person: Person, local: datetime) -> bool:
    """Return whether the pack's hours, and the stricter ones of the callee's region, are open."""
    stricter = [region["hours"] for region in _regions(pack, person) if region.get("hours")]
    return within(pack["hours"], local) and all(within(hours, local) for hours in stricter)


def _regions(pack: Document, person: Person) -> list[Document]:
    return [region for region in pack.get("regions", []) if person.area in region["area_codes"]]


def holiday(terms: Document, pack: Document, person: Person, local: datetime) -> str | None:
    """Return the name of the holiday at that place and day, None on a working day."""
    day, known = local.date().isoformat(), terms["holidays"]
    rules, places = pack["holidays"], [EVERYWHERE]
    if rules["local"]:
        places += person.territories
    if rules["local"] and rules.get("regional"):
        places += [f"{rules['national']}-{region['name']}" for region in _regions(pack, person)]
    return next((known[code][day] for code in places if day in known.get(code, {})), None)


def windows_cover(windows: list[Document], local: datetime) -> bool:
    """Return whether a consented window is open, half-open, in the callee's own time.

    Days count from Monday, 0.
    """
    return any(
        local.weekday() in window["days"]
        and time.fromisoformat(window["start"]) <= local.time() < time.fromisoformat(window["end"])
        for window in windows
    )


def met(pack: Document, consent: Document, at: datetime) -> bool:
    """Return whether it is within the minutes around the appointment that the consent names."""
    appointment, leeway = instant_or_none(consent["appointment_at"]), pack.get("appointment")
    if appointment is None or leeway is None:
        return False
    return bool(appointment - _minutes(leeway) <= at < appointment + _minutes(leeway))


def _minutes(leeway: dict[str, Any]) -> timedelta:
    return timedelta(minutes=leeway["tolerance_minutes"])


def silence_of(terms: Document, person: Person) -> tuple[datetime | None, datetime] | None:
    """Return limit and end of the electoral silence that binds a person; None where none does.

    The limit is None where it is not known.
    """
    binding = [terms["silences"][code] for code in person.territories if code in terms["silences"]]
    if not binding:
        return None
    limits = [instant_or_none(silence["limit"]) for silence in binding]
    known = [limit for limit in limits if limit is not None]
    ends_at = max(instant(silence["ends_at"]) for silence in binding)
    return (min(known) if len(known) == len(limits) else None), ends_at
