"""The calendar of a callee: legal hours, holidays and consented windows, and their call times.

All are taken in every possible zone. A span is of the hours around one UTC day: it is exact for any
instant of that day, and cut at most a day later. A call time is an instant at which an INVITE may
leave: ring time, the campaign's dates and silences shorten the spans.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.domain.base import intervals
from dialer.domain.base.intervals import DAY, Intervals
from dialer.domain.base.memory import remembered
from dialer.domain.campaigns.campaign_terms import CampaignTerms
from dialer.domain.campaigns.electoral_silence import Silence
from dialer.domain.consent import ConsentedWindow
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.rulepacks.pack_parts import Hours
from dialer.domain.rulepacks.public_holidays import local_holiday, national_holiday, regional_holiday
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex


class OpenDay(NamedTuple):
    """Spans around one UTC day.

    `open`: legal hours without holidays, within the consented windows.
    `windows` says nothing where no windows restrict.
    `hours`: legal hours, holidays not taken out.
    """

    open: intervals.Intervals
    windows: intervals.Intervals
    hours: intervals.Intervals


class LegalHours:
    """Hours of all profiles under one index of rule packs, remembered."""

    def __init__(self, packs: RulePackIndex) -> None:
        self.packs = packs

    @remembered(65536)
    def pack_on(self, profile: str, day: date) -> RulePack | None:
        """Return the pack of `profile` in force on a local date of the callee, or None."""
        return self.packs.for_day(profile, day)

    @remembered(65536)
    def holiday(self, profile: str, place: CalleeLocation, day: date) -> str | None:
        """Return the holiday that blocks the local date `day` for a callee anywhere in `place`."""
        pack = self.pack_on(profile, day)
        if pack is None:
            return None
        rules = pack.holidays
        if name := national_holiday(rules.national, day):
            return name
        if not rules.local:
            return None
        region = pack.regions_by_area.get(place.area or "") if rules.regional else None
        if region and (name := regional_holiday(rules.national, region.name, day)):
            return name
        codes = (*place.territories, *place.parts)
        return next((name for code in codes if (name := local_holiday(code, day))), None)

    @remembered(65536)
    def open_day(
        self, profile: str, place: CalleeLocation, windows: tuple[ConsentedWindow, ...], utc_day: date
    ) -> OpenDay:
        """Return the spans of one callee; no windows means that none restrict."""
        legal = self.legal_span(profile, place, utc_day)
        consented = self.windows_span(place, windows, utc_day)
        zones = [self.zone_hours(profile, place.area, zone, utc_day) for zone in place.zones]
        return OpenDay(
            open=intervals.intersect(legal, consented) if windows else legal,
            windows=consented,
            hours=intersect_all(zones),
        )

    @remembered(16384)
    def legal_span(self, profile: str, place: CalleeLocation, utc_day: date) -> intervals.Intervals:
        """Return the legal hours of every zone at once, without the holidays of every territory."""
        span: intervals.Intervals | None = None
        for zone in place.zones:
            legal = self.zone_hours(profile, place.area, zone, utc_day)
            for day in (*days_around(utc_day), utc_day + 2 * intervals.DAY):
                if self.holiday(profile, place, day):
                    legal = intervals.subtract(
                        legal, range_on(day, intervals.MIDNIGHT, intervals.MIDNIGHT, ZoneInfo(zone))
                    )
            span = legal if span is None else intervals.intersect(span, legal)
        return span or ()

    @remembered(16384)
    def windows_span(
        self, place: CalleeLocation, windows: tuple[ConsentedWindow, ...], utc_day: date
    ) -> intervals.Intervals:
        """Return the consented windows of every zone at once."""
        return intersect_all([self.zone_windows(windows, zone, utc_day) for zone in place.zones])

    @remembered(16384)
    def appointment_span(
        self, profile: str, place: CalleeLocation, appointment: datetime
    ) -> intervals.Intervals:
        """Return the minutes that an exact appointment (UTC) opens.

        They lie within the hard bounds of every zone, or within legal hours where the pack opens no
        others.
        """
        spans = []
        for zone in place.zones:
            pack = self.pack_on(profile, appointment.astimezone(ZoneInfo(zone)).date())
            minutes = minutes_around(appointment, pack)
            spans.append(intervals.intersect(minutes, self.zone_bounds(profile, zone, appointment.date())))
            if pack is not None and pack.appointment is not None and not pack.appointment.other_hours:
                spans.append(
                    intervals.intersect(minutes, self.legal_span(profile, place, appointment.date()))
                )
        return intersect_all(spans)

    @remembered(16384)
    def zone_hours(self, profile: str, area: str | None, zone: str, utc_day: date) -> intervals.Intervals:
        """Return the legal hours in one zone, holidays not yet taken out."""
        clock, found = ZoneInfo(zone), list[intervals.Interval]()
        for day in days_around(utc_day):
            if pack := self.pack_on(profile, day):
                found += intervals.intersect(
                    hours_on(day, pack.hours, clock), region_hours(pack, area, day, clock)
                )
        return intervals.merge(found)

    @remembered(16384)
    def zone_bounds(self, profile: str, zone: str, utc_day: date) -> intervals.Intervals:
        """Return the pack's hard bounds in one zone: not even an exact appointment opens more."""
        clock, found = ZoneInfo(zone), list[intervals.Interval]()
        for day in days_around(utc_day):
            if pack := self.pack_on(profile, day):
                whole = (range_on(day, intervals.MIDNIGHT, intervals.MIDNIGHT, clock),)
                found += hours_on(day, pack.hard_bounds, clock) if pack.hard_bounds else whole
        return intervals.merge(found)

    @remembered(16384)
    def zone_windows(
        self, windows: tuple[ConsentedWindow, ...], zone: str, utc_day: date
    ) -> intervals.Intervals:
        """Return the consented windows in one zone."""
        clock = ZoneInfo(zone)
        return intervals.merge(
            range_on(day, window.start, window.end, clock)
            for day in days_around(utc_day)
            for window in windows
            if day.weekday() in window.days and window.start < window.end
        )


def days_around(day: date) -> tuple[date, ...]:
    return (day - intervals.DAY, day, day + intervals.DAY)


def range_on(day: date, start: time, end: time, zone: ZoneInfo) -> intervals.Interval:
    """Return one range of wall times in UTC.

    An end at or before the start belongs to the next day.
    """
    last = day + intervals.DAY if end <= start else day
    return intervals.opens(day, start, zone), intervals.closes(last, end, zone)


def hours_on(day: date, hours: Iterable[Hours], zone: ZoneInfo) -> intervals.Intervals:
    return intervals.merge(
        range_on(day, slot.start, slot.end, zone) for slot in hours if day.weekday() in slot.weekdays
    )


def region_hours(pack: RulePack, area: str | None, day: date, zone: ZoneInfo) -> intervals.Intervals:
    """Return the stricter hours of a region on `day`, or all of it and the next without any."""
    region = pack.regions_by_area.get(area) if area else None
    if region is None or not region.hours:
        return (
            range_on(day, intervals.MIDNIGHT, intervals.MIDNIGHT, zone),
            range_on(day + intervals.DAY, intervals.MIDNIGHT, intervals.MIDNIGHT, zone),
        )
    return hours_on(day, region.hours, zone)


def minutes_around(appointment: datetime, pack: RulePack | None) -> intervals.Intervals:
    """Return the minutes that an exact appointment (UTC) consents to.

    None where the pack knows no appointments.
    """
    if pack is None or pack.appointment is None:
        return ()
    leeway = timedelta(minutes=pack.appointment.tolerance_minutes)
    return ((appointment - leeway, appointment + leeway),)


def intersect_all(spans: list[intervals.Intervals]) -> intervals.Intervals:
    span = spans[0] if spans else ()
    for other in spans[1:]:
        span = intervals.intersect(span, other)
    return span


FORTNIGHT = 14


class CallTime(NamedTuple):
    """An interval of possible call times, from `first` to `last`, both included, all UTC.

    `ends` is the closing of the calendar around it.
    """

    first: datetime
    last: datetime
    ends: datetime


CallTimes = tuple[CallTime, ...]


class ClosedSentences(NamedTuple):
    """Sentences for a person on a callee's local time that is no call time."""

    outside_window: str
    outside_hours: str
    shut: str


@dataclass(frozen=True, slots=True, eq=False)
class CalleeCalendar:
    """The basis of a callee's call times, but for consent and day.

    Compared by identity, for speed: `Calendars` gives the same one for the same callee.
    """

    place: CalleeLocation
    campaign: CampaignTerms
    silences: tuple[Silence, ...]
    tables: "Calendars"

    def open_day(self, windows: tuple[ConsentedWindow, ...], utc_day: date) -> OpenDay:
        return self.tables.hours.open_day(self.campaign.profile, self.place, windows, utc_day)

    def appointment(self, appointment: datetime) -> Intervals:
        appointment = appointment.astimezone(UTC)
        return self.tables.hours.appointment_span(self.campaign.profile, self.place, appointment)


class Calendars:
    """Calendars and their call times, remembered: callees of a campaign ask for the same few."""

    def __init__(self, hours: LegalHours) -> None:
        self.hours = hours

    @remembered(8192)
    def of_callee(
        self, place: CalleeLocation, campaign: CampaignTerms, silences: tuple[Silence, ...]
    ) -> CalleeCalendar:
        return CalleeCalendar(place=place, campaign=campaign, silences=silences, tables=self)

    @remembered(65536)
    def call_times(
        self, calendar: CalleeCalendar, windows: tuple[ConsentedWindow, ...], utc_day: date
    ) -> CallTimes:
        """Return the call times that begin on one UTC day or run into it, ascending.

        No windows means that none restrict.
        """
        span = calendar.open_day(windows, utc_day).open
        return within(tuple(interval for interval in span if interval[0].date() <= utc_day), calendar)

    @remembered(65536)
    def call_times_after(
        self, calendar: CalleeCalendar, windows: tuple[ConsentedWindow, ...], utc_day: date
    ) -> tuple[date, CallTimes]:
        """Return the next UTC day with call times, and these times.

        Return the last day of a fortnight where none has any.
        """
        day = utc_day
        for _ in range(FORTNIGHT):
            day += DAY
            if found := self.call_times(calendar, windows, day):
                return day, found
        return day, ()

    @remembered(16384)
    def times_of_appointment(self, calendar: CalleeCalendar, appointment: datetime) -> CallTimes:
        """Return the call times that an exact appointment opens."""
        return within(calendar.appointment(appointment), calendar)

    @remembered(4096)
    def closed_sentences(self, place: CalleeLocation, second: datetime) -> ClosedSentences:
        """Return sentences on the limits that exclude the local time. Three zones are enough."""
        times = [f"{str(second.astimezone(ZoneInfo(zone)))[:19]} in {zone}" for zone in place.zones[:3]]
        when = ", ".join(times)
        return ClosedSentences(
            outside_window=f"{when} is outside of every consented window",
            outside_hours=f"{when} is outside of the legal hours",
            shut=f"{when} is in no calling time",
        )


def within(span: Intervals, calendar: CalleeCalendar) -> CallTimes:
    """Cut spans to the campaign's dates, the ring time and the silences."""
    campaign = calendar.campaign
    times = [
        CallTime(max(start, campaign.starts_at), min(end, campaign.closes_at) - campaign.ring, end)
        for start, end in span
    ]
    for silence in calendar.silences:
        times = list(around(silence, times, campaign.call))
    return tuple(time for time in times if time.first <= time.last)


def around(silence: Silence, times: Iterable[CallTime], call: timedelta) -> Iterable[CallTime]:
    """Cut call times by a silence: a whole call must fit before it, or begin after its end."""
    last = silence.last_start(call)
    for call_time in times:
        if last is not None:
            yield call_time._replace(last=min(call_time.last, last))
        yield call_time._replace(first=max(call_time.first, silence.ends_at))
