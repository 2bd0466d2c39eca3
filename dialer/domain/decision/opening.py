"""When the calendar is open: the pack's hours, holidays, and the consented windows, in every zone the callee may be in.

All spans are those around one UTC day: exact for any instant of that day, and cut at most a day later. They are remembered, as every callee of
a campaign asks for the same few.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.domain.base.intervals import (
    DAY,
    MIDNIGHT,
    Interval,
    Span,
    closes,
    intersect,
    merge,
    opens,
    subtract,
)
from dialer.domain.consent.consent import ConsentedWindow
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.rulepacks.pack_parts import Hours
from dialer.domain.rulepacks.public_holidays import local_holiday, national_holiday, regional_holiday
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex


def days_around(day: date) -> tuple[date, ...]:
    return (day - DAY, day, day + DAY)


def range_on(day: date, start: time, end: time, zone: ZoneInfo) -> Interval:
    """An end at or before the start belongs to the next day."""
    last = day + DAY if end <= start else day
    return opens(day, start, zone), closes(last, end, zone)


def hours_on(day: date, hours: Iterable[Hours], zone: ZoneInfo) -> Span:
    return merge(
        range_on(day, slot.start, slot.end, zone) for slot in hours if day.weekday() in slot.weekdays
    )


@lru_cache(maxsize=65536)
def holiday_on(pack: str, shelf: RulePackIndex, place: CalleeLocation, day: date) -> str | None:
    """The name of the holiday that blocks `day`, for whoever may be anywhere in `place`."""
    rules = shelf.by_title[pack].holidays
    if name := national_holiday(rules.national, day):
        return name
    if not rules.local:
        return None
    region = shelf.by_title[pack].regions_by_area.get(place.area or "") if rules.regional else None
    if region and (name := regional_holiday(rules.national, region.name, day)):
        return name
    codes = (*place.territories, *place.parts)
    return next((name for code in codes if (name := local_holiday(code, day))), None)


@lru_cache(maxsize=16384)
def zone_hours(shelf: RulePackIndex, profile: str, area: str | None, zone: str, utc_day: date) -> Span:
    """Legal hours in one zone, holidays not yet taken out."""
    clock, found = ZoneInfo(zone), list[Interval]()
    for day in days_around(utc_day):
        if pack := shelf.for_day(profile, day):
            found += intersect(hours_on(day, pack.hours, clock), region_hours(pack, area, day, clock))
    return merge(found)


def region_hours(pack: RulePack, area: str | None, day: date, zone: ZoneInfo) -> Span:
    region = pack.regions_by_area.get(area) if area else None
    if region is None or not region.hours:
        return (range_on(day, MIDNIGHT, MIDNIGHT, zone), range_on(day + DAY, MIDNIGHT, MIDNIGHT, zone))
    return hours_on(day, region.hours, zone)


@lru_cache(maxsize=16384)
def zone_bounds(shelf: RulePackIndex, profile: str, zone: str, utc_day: date) -> Span:
    """The pack's hard bounds in one zone: what even an exact appointment does not open."""
    clock, found = ZoneInfo(zone), list[Interval]()
    for day in days_around(utc_day):
        if pack := shelf.for_day(profile, day):
            whole = (range_on(day, MIDNIGHT, MIDNIGHT, clock),)
            found += hours_on(day, pack.hard_bounds, clock) if pack.hard_bounds else whole
    return merge(found)


@lru_cache(maxsize=16384)
def zone_windows(windows: tuple[ConsentedWindow, ...], zone: str, utc_day: date) -> Span:
    clock = ZoneInfo(zone)
    return merge(
        range_on(day, window.start, window.end, clock)
        for day in days_around(utc_day)
        for window in windows
        if day.weekday() in window.days and window.start < window.end
    )


@lru_cache(maxsize=16384)
def legal_span(shelf: RulePackIndex, profile: str, place: CalleeLocation, utc_day: date) -> Span:
    """Legal hours of every zone at once, without the holidays of every territory."""
    span: Span | None = None
    for zone in place.zones:
        legal = zone_hours(shelf, profile, place.area, zone, utc_day)
        for day in (*days_around(utc_day), utc_day + 2 * DAY):
            pack = shelf.for_day(profile, day)
            if pack and holiday_on(pack.title, shelf, place, day):
                legal = subtract(legal, range_on(day, MIDNIGHT, MIDNIGHT, ZoneInfo(zone)))
        span = legal if span is None else intersect(span, legal)
    return span or ()


class Calendar(NamedTuple):
    """Around one UTC day: legal hours without holidays within the consented windows; and the windows and the hours alone."""

    open: Span
    windows: Span
    hours: Span


@lru_cache(maxsize=65536)
def calendar_of(
    shelf: RulePackIndex,
    profile: str,
    place: CalleeLocation,
    windows: tuple[ConsentedWindow, ...],
    utc_day: date,
) -> Calendar:
    """No windows means that none restrict, and that `windows` says nothing."""
    legal, consented = legal_span(shelf, profile, place, utc_day), windows_span(place, windows, utc_day)
    hours = intersect_all([zone_hours(shelf, profile, place.area, zone, utc_day) for zone in place.zones])
    return Calendar(intersect(legal, consented) if windows else legal, consented, hours)


@lru_cache(maxsize=16384)
def windows_span(place: CalleeLocation, windows: tuple[ConsentedWindow, ...], utc_day: date) -> Span:
    return intersect_all([zone_windows(windows, zone, utc_day) for zone in place.zones])


def intersect_all(spans: list[Span]) -> Span:
    span = spans[0] if spans else ()
    for other in spans[1:]:
        span = intersect(span, other)
    return span


def around(pack: RulePack | None, appointment: datetime) -> Span:
    """The minutes around an exact appointment (UTC) that it consents to; none where the pack knows no appointments."""
    if pack is None or pack.appointment is None:
        return ()
    leeway = timedelta(minutes=pack.appointment.tolerance_minutes)
    return ((appointment - leeway, appointment + leeway),)


@lru_cache(maxsize=16384)
def appointment_span(
    shelf: RulePackIndex, profile: str, place: CalleeLocation, appointment: datetime
) -> Span:
    """What an exact appointment (UTC) opens: its minutes, within the hard bounds of every zone, or within legal hours where the pack opens no others."""
    spans = []
    for zone in place.zones:
        pack = shelf.for_day(profile, appointment.astimezone(ZoneInfo(zone)).date())
        minutes = around(pack, appointment)
        spans.append(intersect(minutes, zone_bounds(shelf, profile, zone, appointment.date())))
        if pack is not None and pack.appointment is not None and not pack.appointment.other_hours:
            spans.append(intersect(minutes, legal_span(shelf, profile, place, appointment.date())))
    return intersect_all(spans)
