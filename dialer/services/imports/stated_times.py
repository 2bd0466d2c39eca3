"""Weekly windows as people write them in a list (docs/rules/readings.md#consent).

Raise `ValueError` with the reason.
"""

import re
from datetime import time
from functools import lru_cache

from dialer.domain.consent.consent import ConsentedWindow

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RANGE = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_WINDOW = re.compile(r"([^\s,]+(?: *, *[^\s,]+)*) +([0-9:]+)-([0-9:]+)")


def parse_windows(text: str) -> tuple[ConsentedWindow, ...]:
    """`mon-fri 10:00-13:00; tue 18:00-19:00`; empty text gives none."""
    return tuple(_window(part.strip()) for part in text.split(";")) if text.strip() else ()


@lru_cache(maxsize=1024)
def parse_window(days: str, start: str, end: str) -> ConsentedWindow:
    """`mon-fri` or `tue,thu`, and two times `HH:MM`, half-open within one day."""
    opens, closes = _clock(start), _clock(end)
    if opens >= closes:
        raise ValueError(f"ends at {end}, not after its start at {start}")
    return ConsentedWindow(
        frozenset(day for part in days.split(",") for day in _days(part.strip())), opens, closes
    )


def _window(text: str) -> ConsentedWindow:
    if found := _WINDOW.fullmatch(text):
        return parse_window(*found.groups())
    raise ValueError("is not written like `mon-fri 10:00-13:00; tue 18:00-19:00`")


def _days(text: str) -> range:
    found = _RANGE.fullmatch(text.lower())
    if not found or not {found[1], found[2] or found[1]} <= set(DAYS):
        raise ValueError(
            f"names days that are not written like `mon-fri` or `tue,thu` with {', '.join(DAYS)}"
        )
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    if first > last:
        raise ValueError("runs over the end of the week: write two windows")
    return range(first, last + 1)


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError("has a time that is not written HH:MM, from 00:00 to 23:59")
    return time(int(found[1]), int(found[2]))
