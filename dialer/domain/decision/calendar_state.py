"""The state of the callee's calendar at the instant asked, and its next opening."""

from datetime import UTC, datetime, timedelta

from dialer.domain.base.intervals import end_of
from dialer.domain.consent import ConsentGiven
from dialer.domain.decision.calendar import CalleeCalendar, CallTimes
from dialer.domain.decision.context import UNKNOWN, CalendarState, Covering, DecisionContext
from dialer.domain.decision.legal_hours import OpenDay, minutes_around

HORIZON = timedelta(days=400)
"""A year of weekly windows and movable feasts, and some.

A calendar that stays shut so long has no next instant.
"""
NEVER = datetime.max.replace(tzinfo=UTC)


def calendar_state(context: DecisionContext) -> CalendarState:
    """Find the last instant of a permit among the usable consents, or how the calendar is closed.

    Nothing is known without a place or pack, and nothing of windows without a consent that matches.
    """
    calendar = context.calendar
    if calendar is None or context.pack is None:
        return UNKNOWN
    at, tables = context.at, calendar.tables
    day = at.date()
    last = ends = None
    for one in context.consent.usable:
        consent, until = one.consent, one.until
        times: CallTimes = ()
        if consent.windows or consent.appointment_at is None:
            times = tables.call_times(calendar, consent.windows, day)
        if consent.appointment_at is not None:
            times = (*tables.times_of_appointment(calendar, consent.appointment_at), *times)
        for time in times:
            if time.first <= at <= time.last:
                leaves = time.last if until is None or time.last < until else until
                last = leaves if last is None or last < leaves else last
                ends = time.ends if ends is None or ends < time.ends else ends
    if last is not None and at <= last:
        return CalendarState(open_until=ends, permit_until=last)
    return without_permit(context, calendar)


def without_permit(context: DecisionContext, calendar: CalleeCalendar) -> CalendarState:
    """Tell an opening that no INVITE may use from a closed calendar."""
    days: list[OpenDay] = []
    latest: datetime | None = None
    for one in context.consent.usable:
        day = calendar.open_day(one.consent.windows, context.at.date())
        days.append(day)
        end = open_until(context.at, calendar, one.consent, day)
        if end is not None:
            latest = end if latest is None else max(latest, end)
    return closed(context, calendar, days) if latest is None else CalendarState(open_until=latest)


def closed(context: DecisionContext, calendar: CalleeCalendar, days: list[OpenDay]) -> CalendarState:
    """Return a closed state with the limits that exclude the instant.

    `days` holds one for each usable consent.
    """
    at = context.at
    day = days[0] if days else calendar.open_day((), at.date())
    hours_end, window_ends = end_of(day.hours, at), windows_until(context, days)
    second = at - timedelta(microseconds=at.microsecond)
    words = calendar.tables.closed_sentences(calendar.place, second)
    if hours_end is not None and window_ends is not None:
        return CalendarState(
            open_until=None,
            outside_hours=words.shut if days and not context.holiday else None,
            window_ends=window_ends,
            hours_end=hours_end,
        )
    return CalendarState(
        open_until=None,
        outside_window=words.outside_window if window_ends is None else None,
        outside_hours=words.outside_hours if hours_end is None else None,
        window_ends=window_ends,
        hours_end=hours_end,
    )


def open_until(
    at: datetime, calendar: CalleeCalendar, consent: ConsentGiven, day: OpenDay
) -> datetime | None:
    """Return the later end of legal hours within the windows and of an exact appointment."""
    ends: datetime | None = None
    if consent.windows or consent.appointment_at is None:
        ends = end_of(day.open, at)
    if consent.appointment_at is not None:
        met = end_of(calendar.appointment(consent.appointment_at), at)
        ends = max(ends, met) if ends and met else ends or met
    return ends


def windows_until(context: DecisionContext, days: list[OpenDay]) -> datetime | None:
    """Return the end of the last consented window or appointment around the instant.

    None outside of all; `NEVER` where nothing restricts.
    """
    latest = None if days else NEVER
    for one, day in zip(context.consent.usable, days, strict=True):
        windows, appointment = one.consent.windows, one.consent.appointment_at
        if not windows and appointment is None:
            return NEVER
        ends = [end_of(day.windows, context.at)] if windows else []
        if appointment is not None:
            pack = context.pack.pack if context.pack else None
            ends.append(end_of(minutes_around(appointment, pack), context.at))
        for end in ends:
            latest = end if latest is None or (end is not None and latest < end) else latest
    return latest


def next_open(context: DecisionContext) -> datetime | None:
    """Return the earliest instant (UTC) from `context.at` on that the calendar alone would allow.

    The calendar: windows, hours, holidays, silences and the campaign's dates.
    None where there is none before the campaign ends, or where nothing can be judged.
    """
    calendar = context.calendar
    if calendar is None or context.pack is None:
        return None
    found = [start for one in context.consent.matching if (start := first_for(context, calendar, one))]
    return min(found, default=None)


def first_for(context: DecisionContext, calendar: CalleeCalendar, covering: Covering) -> datetime | None:
    """Return the first instant that one consent opens."""
    consent, until, at = covering.consent, covering.until, context.at
    begin = at if consent.given_at <= at else consent.given_at.astimezone(UTC)
    start = first_ordinary(context, calendar, covering, begin)
    if consent.appointment_at is not None:
        met = first_in(calendar.tables.times_of_appointment(calendar, consent.appointment_at), begin)
        start = min(start, met) if start and met else start or met
    return start if start is None or until is None or start < until else None


def first_ordinary(
    context: DecisionContext, calendar: CalleeCalendar, covering: Covering, begin: datetime
) -> datetime | None:
    """Return the first under the consent's windows, day by day."""
    consent, until, tables = covering.consent, covering.until, calendar.tables
    window_required = context.pack is not None and context.pack.window_required
    if not consent.windows and (consent.appointment_at is not None or window_required):
        return None
    day = max(begin, calendar.campaign.starts_at).date()
    last = min(calendar.campaign.closes_at, context.at + HORIZON)
    last_day = (last if until is None else min(last, until)).date()
    times = tables.call_times(calendar, consent.windows, day)
    while day <= last_day:
        start = first_in(times, begin)
        if start is not None:
            return start
        day, times = tables.call_times_after(calendar, consent.windows, day)
    return None


def first_in(times: CallTimes, begin: datetime) -> datetime | None:
    """Return the first instant from `begin` on."""
    for time in times:
        if begin <= time.last:
            return max(begin, time.first)
    return None
