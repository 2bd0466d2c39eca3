"""Periods counted in working days (FC-10)."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from dialer.domain.rulepacks.public_holidays import national_holiday

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
