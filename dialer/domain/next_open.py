"""The next instant at which the calendar alone would allow the call: windows, hours, holidays, silence, the campaign's own dates."""

from datetime import UTC, datetime, timedelta

from dialer.domain.case import Case
from dialer.domain.consent import ConsentGiven
from dialer.domain.consent_rules import speaks_until
from dialer.domain.intervals import Interval
from dialer.domain.judgement import appointment_of
from dialer.domain.opening import calendar_of, opening_after
from dialer.domain.place import Place
from dialer.domain.silence import Silence

HORIZON = timedelta(days=400)
"""A year of weekly windows and movable feasts, and some; who is not reachable then has no next instant."""


def next_open(case: Case) -> datetime | None:
    """The earliest instant from `case.at` on, in UTC. None where there is none before the campaign ends, or where nothing can be judged."""
    if not isinstance(case.place, Place) or case.pack is None:
        return None
    found = [start for consent in case.consent.matching if (start := first_for(case, case.place, consent))]
    return min(found, default=None)


def first_for(case: Case, place: Place, consent: ConsentGiven) -> datetime | None:
    ordinary = first_ordinary(case, place, consent)
    if consent.appointment_at is None:
        return ordinary
    met = [
        first_in(case, consent, interval) for interval in appointment_of(case, place, consent.appointment_at)
    ]
    return min([start for start in (*met, ordinary) if start is not None], default=None)


def first_ordinary(case: Case, place: Place, consent: ConsentGiven) -> datetime | None:
    """The first under the consent's windows, day by day."""
    if not consent.windows and (consent.appointment_at is not None or window_missing(case)):
        return None
    terms, about = case.terms, (case.shelf, case.profile, place, consent.windows)
    day = max(case.at, terms.starts_at, consent.given_at.astimezone(UTC)).date()
    expires = speaks_until(consent, case.consent, case.pack) or terms.closes_at
    last = min(terms.closes_at, case.at + HORIZON, expires).date()
    span = calendar_of(*about, day).open
    while day <= last:
        for interval in span:
            if interval[1] > case.at and interval[0].date() <= day:
                start = first_in(case, consent, interval)
                if start is not None:
                    return start
        day, span = opening_after(*about, day)
    return None


def window_missing(case: Case) -> bool:
    return case.pack is not None and case.pack.consent.window_required


def first_in(case: Case, consent: ConsentGiven, interval: Interval) -> datetime | None:
    """The first instant of the interval at which the whole ring fits before everything that ends."""
    start = max(interval[0], case.at, case.terms.starts_at, consent.given_at)
    for silence in case.silences:
        start = after_silence(case, silence, start) or interval[1]
    limit = min(interval[1], case.terms.closes_at) - case.terms.ring
    expires = speaks_until(consent, case.consent, case.pack)
    if start > limit or (expires is not None and start >= expires):
        return None
    for silence in case.silences:
        if after_silence(case, silence, start) != start:
            return None
    return start.astimezone(UTC)


def after_silence(case: Case, silence: Silence, at: datetime) -> datetime | None:
    """`at` itself where a whole call fits before silence, else its end; None for the campaign of that election, which ends with it."""
    last = silence.last_start(case.terms.call)
    if last is not None and at <= last:
        return at
    own = case.terms.election is not None and case.terms.election.election_id == silence.election_id
    return None if own else max(at, silence.ends_at)
