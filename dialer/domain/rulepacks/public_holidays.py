"""Public holidays, by the Labour code's table and the `holidays` package, and working days.

The two sources disagree, and a day that either names blocks (docs/rules/readings.md#holidays).
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from holidays import country_holidays
from holidays.registry import EntityLoader

from dialer.domain.numbers.territory import AREAS, TERRITORIES

FRENCH_NATIONAL = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
"""L3133-1 without the three that move with Easter, which the package computes."""


def known_entity(entity: str, subdivision: str | None = None) -> bool:
    """Return whether holidays of this ISO 3166 entity, or of a part of it, are known."""
    # Not by the package's own list of all: that loads every country of the world.
    if entity not in EntityLoader.get_country_codes():
        return False
    return subdivision is None or subdivision in country_holidays(entity).subdivisions


@lru_cache(maxsize=1024)
def holidays_of_year(entity: str, subdivision: str | None, year: int) -> dict[date, str]:
    return dict(country_holidays(entity, subdiv=subdivision, years=year, language="en_US").items())


@lru_cache(maxsize=65536)
def national_holiday(entity: str, day: date) -> str | None:
    """Return the name of the holiday that `day` is in the whole of `entity` (ISO 3166).

    None for a working day.
    """
    if entity == "FR" and (day.month, day.day) in FRENCH_NATIONAL:
        return holidays_of_year("FR", None, day.year).get(day, "public holiday")
    return holidays_of_year(entity, None, day.year).get(day)


@lru_cache(maxsize=65536)
def regional_holiday(entity: str, subdivision: str, day: date) -> str | None:
    """Return the name of the holiday that `day` is in a part of `entity`, None on a working day."""
    name = holidays_of_year(entity, subdivision, day.year).get(day)
    return f"{name} in {subdivision}" if name else None


@lru_cache(maxsize=65536)
def local_holiday(code: str, day: date) -> str | None:
    """Return the name of the holiday that `day` is in the territory or area `code`.

    None for a working day.
    """
    if area := AREAS.get(code):
        there = holidays_of_year(area.of, area.subdivision, day.year).get(day)
        return f"{there} in {code}" if there else None
    territory = TERRITORIES[code]
    if (day.month, day.day) in territory.local_days:
        return f"local holiday of {code}"
    for entity, subdivision in territory.holiday_entities:
        if name := holidays_of_year(entity, subdivision, day.year).get(day):
            return f"{name} in {subdivision or entity}"
    return None


SUNDAY = 6


def after_working_days(start: datetime, days: int, entity: str) -> datetime:
    """Return the same time of day (UTC) on the last of `days` working days after that of `start`.

    `entity` (ISO 3166) has the holidays. Saturdays are counted: the period is then over sooner, and
    the texts do not say which working days are meant.
    """
    start = start.astimezone(UTC)
    return start + timedelta(days=days_until(start.date(), days, entity))


@lru_cache(maxsize=4096)
def days_until(day: date, working_days: int, entity: str) -> int:
    """Return the days of the calendar from `day` until so many working days have passed."""
    passed = 0
    while working_days:
        passed += 1
        then = day + timedelta(days=passed)
        if then.weekday() != SUNDAY and national_holiday(entity, then) is None:
            working_days -= 1
    return passed
