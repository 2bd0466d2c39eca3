"""The next instant at which the calendar alone would allow the call: windows, hours, holidays, silence, the campaign's own dates."""

from datetime import UTC, datetime, timedelta

from dialer.domain.decision.call_times import (
    CallTimes,
    Surroundings,
    call_times,
    call_times_after,
    times_of_appointment,
)
from dialer.domain.decision.case import Case
from dialer.domain.decision.consent_rules import Covering, window_required

HORIZON = timedelta(days=400)
"""A year of weekly windows and movable feasts, and some; who is not reachable then has no next instant."""


def next_open(case: Case) -> datetime | None:
    """The earliest instant from `case.at` on, in UTC. None where there is none before the campaign ends, or where nothing can be judged."""
    about = case.about
    if about is None or case.law is None:
        return None
    found = [start for one in case.consent.matching if (start := first_for(case, about, one))]
    return min(found, default=None)


def first_for(case: Case, about: Surroundings, covering: Covering) -> datetime | None:
    consent, until = covering.consent, covering.until
    begin = case.at if consent.given_at <= case.at else consent.given_at.astimezone(UTC)
    start = first_ordinary(case, about, covering, begin)
    if consent.appointment_at is not None:
        met = first_in(times_of_appointment(about, consent.appointment_at), begin)
        start = min(start, met) if start and met else start or met
    return start if start is None or until is None or start < until else None


def first_ordinary(case: Case, about: Surroundings, covering: Covering, begin: datetime) -> datetime | None:
    """The first under the consent's windows, day by day."""
    consent, until = covering.consent, covering.until
    if not consent.windows and (consent.appointment_at is not None or window_required(case.law)):
        return None
    day = max(begin, about.terms.starts_at).date()
    last = min(about.terms.closes_at, case.at + HORIZON)
    last_day = (last if until is None else min(last, until)).date()
    times = call_times(about, consent.windows, day)
    while day <= last_day:
        start = first_in(times, begin)
        if start is not None:
            return start
        day, times = call_times_after(about, consent.windows, day)
    return None


def first_in(times: CallTimes, begin: datetime) -> datetime | None:
    """The first instant from `begin` on."""
    for time in times:
        if begin <= time.last:
            return max(begin, time.first)
    return None
