"""Where an instant stands in a case's calendar: inside or outside of what, and until when."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.domain.case import Case
from dialer.domain.consent import ConsentGiven
from dialer.domain.consent_rules import speaks_until
from dialer.domain.intervals import end_of
from dialer.domain.opening import Calendar, appointment_span, around, calendar_of
from dialer.domain.place import Place


class Standing(NamedTuple):
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
    place = case.place
    if not isinstance(place, Place) or case.pack is None:
        return UNKNOWN
    latest: datetime | None = None
    last: datetime | None = None
    day, calendars = case.at.date(), list[Calendar]()
    for consent in case.consent.usable:
        calendar = calendar_of(case.shelf, case.profile, place, consent.windows, day)
        calendars.append(calendar)
        end = open_until(case, place, consent, calendar)
        if end is not None:
            latest = end if latest is None else max(latest, end)
            fits = last_start(case, consent, end)
            last = fits if last is None else max(last, fits)
    if latest is None or last is None:
        return closed(case, place, calendars)
    return Standing(latest, permit_until(case, last))


def permit_until(case: Case, last: datetime) -> datetime | None:
    """`last`, or an earlier instant where the campaign ends or silence begins before; None where that, or the start, forbids the call now."""
    terms, at = case.terms, case.at
    limit = min(last, terms.closes_at - terms.ring)
    for quiet in case.silences:
        if at < quiet.ends_at:
            before = quiet.last_start(terms.call)
            if before is None:
                return None
            limit = min(limit, before)
    return limit if terms.starts_at <= at <= limit else None


def closed(case: Case, place: Place, calendars: list[Calendar]) -> Standing:
    """`calendars`: of each usable consent."""
    anybodys = calendars[0] if calendars else calendar_of(case.shelf, case.profile, place, (), case.at.date())
    hours_end, window_end = end_of(anybodys.hours, case.at), windows_until(case, calendars)
    second = case.at.replace(microsecond=0)
    if hours_end is not None and window_end is not None:
        shut = (
            f"{local_times(place, second)} is in no calling time" if calendars and not case.holiday else None
        )
        return Standing(None, None, None, shut, window_end, hours_end)
    when = local_times(place, second)
    outside_hours = f"{when} is outside of the legal hours" if hours_end is None else None
    outside_window = f"{when} is outside of every consented window" if window_end is None else None
    return Standing(None, None, outside_window, outside_hours, window_end, hours_end)


def last_start(case: Case, consent: ConsentGiven, end: datetime) -> datetime:
    fits = end - case.terms.ring
    expires = speaks_until(consent, case.consent, case.pack)
    return fits if expires is None else min(fits, expires)


def open_until(case: Case, place: Place, consent: ConsentGiven, calendar: Calendar) -> datetime | None:
    """The later end of legal hours within the windows and of an exact appointment."""
    ends: datetime | None = None
    if consent.windows or consent.appointment_at is None:
        ends = end_of(calendar.open, case.at)
    if consent.appointment_at is not None:
        met = end_of(appointment_of(case, place, consent.appointment_at), case.at)
        ends = max(ends, met) if ends and met else ends or met
    return ends


def appointment_of(case: Case, place: Place, appointment: datetime) -> tuple[tuple[datetime, datetime], ...]:
    return appointment_span(case.shelf, case.profile, place, appointment.astimezone(UTC))


def windows_until(case: Case, calendars: list[Calendar]) -> datetime | None:
    """The end of the last consented window or appointment around the instant, None outside of all; no end where nothing restricts."""
    ends = []
    for consent, calendar in zip(case.consent.usable, calendars, strict=True):
        if not consent.windows and consent.appointment_at is None:
            return NEVER
        if consent.windows:
            ends.append(end_of(calendar.windows, case.at))
        if consent.appointment_at is not None:
            ends.append(end_of(around(case.pack, consent.appointment_at), case.at))
    return max([end for end in ends if end is not None], default=None) if ends else NEVER


@lru_cache(maxsize=4096)
def local_times(place: Place, second: datetime) -> str:
    """Three zones say enough."""
    return ", ".join([f"{str(second.astimezone(ZoneInfo(zone)))[:19]} in {zone}" for zone in place.zones[:3]])
