"""Instants at which an INVITE may leave, as far as calendar, ring time, the campaign's dates and silences go: the same for all who share them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from dialer.domain.base.intervals import DAY, Span
from dialer.domain.consent.consent import ConsentedWindow
from dialer.domain.decision.campaign_terms import CampaignTerms
from dialer.domain.decision.opening import Calendar, appointment_span, calendar_of
from dialer.domain.decision.silence import Silence
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.rulepacks.rulepack import RulePackIndex

FORTNIGHT = 14


class CallTime(NamedTuple):
    """From `first` to `last`, both included, all UTC. `ends`: where the calendar closes around it."""

    first: datetime
    last: datetime
    ends: datetime


CallTimes = tuple[CallTime, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """All that call times depend on but for consent and day. Compared by identity: `surroundings` gives the same one for the same."""

    shelf: RulePackIndex
    profile: str
    place: CalleeLocation
    terms: CampaignTerms
    silences: tuple[Silence, ...]

    def calendar(self, windows: tuple[ConsentedWindow, ...], utc_day: date) -> Calendar:
        return calendar_of(self.shelf, self.profile, self.place, windows, utc_day)

    def appointment(self, appointment: datetime) -> Span:
        return appointment_span(self.shelf, self.profile, self.place, appointment.astimezone(UTC))


@lru_cache(maxsize=8192)
def surroundings(
    shelf: RulePackIndex,
    profile: str,
    place: CalleeLocation,
    terms: CampaignTerms,
    silences: tuple[Silence, ...],
) -> Surroundings:
    return Surroundings(shelf, profile, place, terms, silences)


@lru_cache(maxsize=65536)
def call_times(about: Surroundings, windows: tuple[ConsentedWindow, ...], utc_day: date) -> CallTimes:
    """Those that begin on one UTC day or run into it, ascending. No windows means that none restrict."""
    span = about.calendar(windows, utc_day).open
    return within(tuple(interval for interval in span if interval[0].date() <= utc_day), about)


@lru_cache(maxsize=65536)
def call_times_after(
    about: Surroundings, windows: tuple[ConsentedWindow, ...], utc_day: date
) -> tuple[date, CallTimes]:
    """The next UTC day that has some, and those; the last of a fortnight where none has."""
    day = utc_day
    for _ in range(FORTNIGHT):
        day += DAY
        if found := call_times(about, windows, day):
            return day, found
    return day, ()


@lru_cache(maxsize=16384)
def times_of_appointment(about: Surroundings, appointment: datetime) -> CallTimes:
    """Those that an exact appointment opens."""
    return within(about.appointment(appointment), about)


def within(span: Span, about: Surroundings) -> CallTimes:
    terms = about.terms
    times = [
        CallTime(max(start, terms.starts_at), min(end, terms.closes_at) - terms.ring, end)
        for start, end in span
    ]
    for silence in about.silences:
        times = list(around(silence, times, terms.call))
    return tuple(time for time in times if time.first <= time.last)


def around(silence: Silence, times: Iterable[CallTime], call: timedelta) -> Iterable[CallTime]:
    """Before: as long as a whole call fits. After: from its end on."""
    last = silence.last_start(call)
    for time in times:
        if last is not None:
            yield time._replace(last=min(time.last, last))
        yield time._replace(first=max(time.first, silence.ends_at))
