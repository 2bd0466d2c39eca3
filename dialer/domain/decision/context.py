"""The context of one decision: the facts, and everything else that rules read, prepared once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign_terms import CampaignTerms
from dialer.domain.campaigns.electoral_silence import Silence
from dialer.domain.consent import ConsentGiven
from dialer.domain.decision.calendar import CalleeCalendar
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
    """A consent about this campaign.

    `ends`: where it ends by itself or by the pack. None: never.
    `until`: where it no longer counts, which a later consent may bring about. None: never.
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
