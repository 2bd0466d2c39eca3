"""Where an instant stands in a case's calendar: inside or outside of what, and until when."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.domain.base.intervals import end_of
from dialer.domain.consent.consent import ConsentGiven
from dialer.domain.decision.call_times import CallTimes, Surroundings, call_times, times_of_appointment
from dialer.domain.decision.case import Case
from dialer.domain.decision.opening import Calendar, around
from dialer.domain.numbers.callee_location import CalleeLocation


@dataclass(slots=True)
class Standing:
    """How the calendar looks at one instant.

    `open_until`: end of what is open around it, None where closed. `permit_until`: the last instant for the INVITE, None unless the whole
    ring fits, consent lasts, no silence is near and the campaign goes on. The others are judged only where it is closed:
    `outside_window`, `outside_hours` are sentences, None where they do not refuse. `window_ends`, `hours_end`: where each alone would end.
    """

    open_until: datetime | None
    permit_until: datetime | None = None
    outside_window: str | None = None
    outside_hours: str | None = None
    window_ends: datetime | None = None
    hours_end: datetime | None = None


UNKNOWN = Standing(None)
NEVER = datetime.max.replace(tzinfo=UTC)


def stand(case: Case) -> Standing:
    """Nothing is said where the place or the pack is unknown, and nothing of windows without a consent that matches."""
    about = case.about
    if about is None or case.law is None:
        return UNKNOWN
    at, last, ends = case.at, None, None
    for one in case.consent.usable:
        until = one.until
        for time in times_of(about, one.consent, at):
            if time.first <= at <= time.last:
                leaves = time.last if until is None or time.last < until else until
                last = leaves if last is None or last < leaves else last
                ends = time.ends if ends is None or ends < time.ends else ends
    if last is not None and at <= last:
        return Standing(ends, last)
    return refused(case, about)


def times_of(about: Surroundings, consent: ConsentGiven, at: datetime) -> CallTimes:
    """Those around an instant."""
    if consent.appointment_at is None:
        return call_times(about, consent.windows, at.date())
    met = times_of_appointment(about, consent.appointment_at)
    return (*met, *call_times(about, consent.windows, at.date())) if consent.windows else met


def refused(case: Case, about: Surroundings) -> Standing:
    """No INVITE may leave now, for whatever reason."""
    calendars: list[Calendar] = []
    latest: datetime | None = None
    for one in case.consent.usable:
        calendar = about.calendar(one.consent.windows, case.at.date())
        calendars.append(calendar)
        end = open_until(case, about, one.consent, calendar)
        if end is not None:
            latest = end if latest is None else max(latest, end)
    return closed(case, about, calendars) if latest is None else Standing(latest)


def closed(case: Case, about: Surroundings, calendars: list[Calendar]) -> Standing:
    """`calendars`: of each usable consent."""
    anybodys = calendars[0] if calendars else about.calendar((), case.at.date())
    hours_end, window_end = end_of(anybodys.hours, case.at), windows_until(case, calendars)
    words = sentences(about.place, case.at - timedelta(microseconds=case.at.microsecond))
    if hours_end is not None and window_end is not None:
        shut = words.shut if calendars and not case.holiday else None
        return Standing(None, None, None, shut, window_end, hours_end)
    outside_hours = words.outside_hours if hours_end is None else None
    outside_window = words.outside_window if window_end is None else None
    return Standing(None, None, outside_window, outside_hours, window_end, hours_end)


def open_until(case: Case, about: Surroundings, consent: ConsentGiven, calendar: Calendar) -> datetime | None:
    """The later end of legal hours within the windows and of an exact appointment."""
    ends: datetime | None = None
    if consent.windows or consent.appointment_at is None:
        ends = end_of(calendar.open, case.at)
    if consent.appointment_at is not None:
        met = end_of(about.appointment(consent.appointment_at), case.at)
        ends = max(ends, met) if ends and met else ends or met
    return ends


def windows_until(case: Case, calendars: list[Calendar]) -> datetime | None:
    """The end of the last consented window or appointment around the instant, None outside of all; no end where nothing restricts."""
    latest = None if calendars else NEVER
    for one, calendar in zip(case.consent.usable, calendars, strict=True):
        windows, appointment = one.consent.windows, one.consent.appointment_at
        if not windows and appointment is None:
            return NEVER
        ends = [end_of(calendar.windows, case.at)] if windows else []
        if appointment is not None:
            ends.append(end_of(around(case.law.pack if case.law else None, appointment), case.at))
        for end in ends:
            latest = end if latest is None or (end is not None and latest < end) else latest
    return latest


class Sentences(NamedTuple):
    outside_window: str
    outside_hours: str
    shut: str


@lru_cache(maxsize=4096)
def sentences(place: CalleeLocation, second: datetime) -> Sentences:
    """Three zones say enough."""
    times = [f"{str(second.astimezone(ZoneInfo(zone)))[:19]} in {zone}" for zone in place.zones[:3]]
    when = ", ".join(times)
    return Sentences(
        f"{when} is outside of every consented window",
        f"{when} is outside of the legal hours",
        f"{when} is in no calling time",
    )
