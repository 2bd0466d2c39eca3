"""The context of one decision: the facts, and everything else that rules read, prepared once.

It includes the earlier attempts summed up, the consents judged, the state of the callee's calendar
at the instant asked, and the calendar's next opening.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dialer.domain.base.intervals import end_of
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign_terms import CampaignTerms
from dialer.domain.campaigns.electoral_silence import Silence
from dialer.domain.consent import ConsentGiven
from dialer.domain.decision.calendar import CalleeCalendar, CallTimes, OpenDay, minutes_around
from dialer.domain.decision.facts import Facts, PastAttempt
from dialer.domain.decision.record import ReasonCode
from dialer.domain.numbers.callee_location import CalleeLocation
from dialer.domain.numbers.number_plan import NumberFacts
from dialer.domain.numbers.phone_text import PhoneError
from dialer.domain.rulepacks.rulepack import CompiledRulePack


@dataclass(slots=True)
class History:
    """The earlier attempts on a number, summed up.

    `ages`: the distance from now of each attempt that counts.
    `here`: the number of them in this campaign.
    """

    ages: tuple[timedelta, ...]
    here: int
    heard: bool
    alive: bool


UNCALLED = History(ages=(), here=0, heard=False, alive=False)


def history_of(attempts: tuple[PastAttempt, ...], campaign: CampaignId, at: datetime) -> History:
    if not attempts:
        return UNCALLED
    ages, here, heard, alive = [], 0, False, False
    for attempt in attempts:
        own = attempt.campaign_id == campaign
        alive = alive or attempt.alive
        heard = heard or (own and attempt.delivered)
        if attempt.counts:
            ages.append(abs(at - attempt.at))
            here += own
    return History(tuple(ages), here, heard, alive)


Problems = Mapping[ReasonCode, str]
"""The rules that something fails, each with its sentence."""


@dataclass(slots=True)
class Covering:
    """A consent about this campaign, with its end.

    `ends`: where it ends by itself or by the pack. None: never. `until`: where it no longer counts,
    which a later consent may bring about. None: never.
    """

    consent: ConsentGiven
    ends: datetime | None
    until: datetime | None


@dataclass(slots=True)
class ConsentView:
    """The consents of one number, judged.

    `matching`: right basis, sponsor, purpose and channel.
    `usable`: the ones that hold now, their windows apart.
    `problems`: the rules that refuse.
    """

    matching: Sequence[Covering]
    usable: Sequence[Covering]
    problems: Problems


@dataclass(slots=True)
class CalendarState:
    """The state of the callee's calendar at one instant.

    `open_until`: the end of the opening around it, None where closed.
    `permit_until`: the last instant for the INVITE, None unless the whole ring fits, consent lasts,
    no silence is near and the campaign goes on.
    The others are judged only where it is closed. `outside_window`, `outside_hours`: sentences,
    None where they do not refuse. `window_ends`, `hours_end`: the end of each alone.
    """

    open_until: datetime | None
    permit_until: datetime | None = None
    outside_window: str | None = None
    outside_hours: str | None = None
    window_ends: datetime | None = None
    hours_end: datetime | None = None


UNKNOWN = CalendarState(open_until=None)
"""The state for a callee without a known place or rule pack."""


@dataclass(slots=True)
class DecisionContext:
    """The context that rules read. `decide.build_context` makes it; it does not change afterwards.

    It is not frozen, as that would cost more than the rules.

    `at`: UTC. `campaign`, `pack`: compiled.
    `pack`: None where none is in force on the callee's local date.
    `place`: None where the number cannot be read, a sentence where the place is unknown.
    `calendar`: None without a place.
    `caller_id`: the number to show, None where none may be shown there.
    `foreign`, `holiday`: why it is the wrong place or day, None where it is not.
    `consent`, `history`, `state`: found in this order, each from the fields above it.
    """

    facts: Facts
    at: datetime
    campaign: CampaignTerms
    number: NumberFacts | PhoneError
    place: CalleeLocation | str | None
    pack: CompiledRulePack | None
    calendar: CalleeCalendar | None
    caller_id: str | None
    foreign: str | None
    holiday: str | None
    consent: ConsentView = field(init=False)
    history: History = field(init=False)
    state: CalendarState = field(init=False)

    @property
    def silences(self) -> tuple[Silence, ...]:
        return self.calendar.silences if self.calendar else ()


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


def next_open(context: DecisionContext, coverings: Iterable[Covering]) -> datetime | None:
    """Return the earliest instant (UTC) from `context.at` on that the calendar alone would allow.

    The calendar: windows, hours, holidays, silences and the campaign's dates. `coverings`: the
    consents whose windows count.
    None where there is none before the campaign ends, or where nothing can be judged.
    """
    calendar = context.calendar
    if calendar is None or context.pack is None:
        return None
    found = [start for one in coverings if (start := first_for(context, calendar, one))]
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
