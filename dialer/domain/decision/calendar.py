"""Call times: the instants at which an INVITE may leave.

They follow from hours, ring time, the campaign's dates and silences.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dialer.domain.base.intervals import DAY, Span
from dialer.domain.base.memory import remembered
from dialer.domain.campaigns.campaign_terms import CampaignTerms
from dialer.domain.campaigns.electoral_silence import Silence
from dialer.domain.consent import ConsentedWindow
from dialer.domain.decision.legal_hours import LegalHours, OpenDay
from dialer.domain.numbers.callee_location import CalleeLocation

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

    def appointment(self, appointment: datetime) -> Span:
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


def within(span: Span, calendar: CalleeCalendar) -> CallTimes:
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
    """Before a silence: as long as a whole call fits. After: from its end on."""
    last = silence.last_start(call)
    for time in times:
        if last is not None:
            yield time._replace(last=min(time.last, last))
        yield time._replace(first=max(time.first, silence.ends_at))
