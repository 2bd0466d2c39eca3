"""The first instant at which a callee could be called, as the dialling loop would find it.

A callee is judged at the start, and again at each instant at which the loop would look again.
Millions are forecast in seconds: the rules are asked once for each group of contacts that every
rule must answer alike at all these instants. Every stored value makes contacts differ, except for
the fields named here and in the query that groups them. A time differs only where a rule could
change its answer by it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from dialer.domain.base.instant import EARLIEST, LATEST
from dialer.domain.base.intervals import Intervals, merge
from dialer.domain.base.types import PhoneNumber
from dialer.domain.calls.retry import PAUSE, ContactClosed, after_refusal, final
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.campaigns.campaign_terms import campaign_terms
from dialer.domain.consent import Basis
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import decide
from dialer.domain.decision.facts import Facts, TrunkFacts
from dialer.domain.decision.record import Decision, ReasonCode
from dialer.domain.numbers.number_plan import NumberFacts, number_facts
from dialer.domain.numbers.phone_text import PhoneError
from dialer.domain.rulepacks.rulepack import RulePack

LOOKS = 100
"""Limit of judgements of one callee: caps are asked for every hour while the calendar is open."""
SHORTEST_WAIT = timedelta(minutes=1)


class Foreseen(NamedTuple):
    """The forecast of one callee.

    `at` (UTC) and the callee's `zone`, or else the codes for which no call ever comes. `looked`:
    the last instant that was judged. `undecided`: a call may still come later than `looked`.
    """

    at: datetime | None
    zone: str
    codes: frozenset[ReasonCode]
    looked: datetime
    undecided: bool = False


def foresee(facts: Facts, start: datetime, cache: DecisionCache) -> Foreseen:
    """Forecast from `start` (aware) on, if nothing that is stored changes."""
    at = looked = start
    codes: frozenset[ReasonCode] = frozenset()
    for _ in range(LOOKS):
        decision = decide(facts, at, cache)
        if decision.permitted:
            return Foreseen(at, decision.zones[0], frozenset(), at)
        codes = decision.codes
        change = after_refusal(decision)
        if isinstance(change, ContactClosed):
            for_good = reasons_for_good(decision) or frozenset({ReasonCode(change.reason)})
            return Foreseen(None, "", for_good, at)
        looked, at = at, max(change.at, at + SHORTEST_WAIT)
    return Foreseen(None, "", codes, looked, undecided=True)


def reasons_for_good(decision: Decision) -> frozenset[ReasonCode]:
    """Return the reasons that time does not lift: a missing consent outweighs the lunch hour."""
    return frozenset(reason.code for reason in decision.reasons if final(reason, decision))


def horizon(definition: CampaignDefinition, start: datetime) -> datetime:
    """Return the instant after which no callee is judged.

    The calendar opens before the campaign's end, and a pause may run over it once.
    """
    return max(definition.ends_at, start) + PAUSE + SHORTEST_WAIT


class Endings:
    """Forecasts of contacts that differ in the end of their consent alone.

    Two ends after the last instant that was judged have the same forecast. `ask` forecasts for one
    end. `latest`: no end comes after it.
    """

    def __init__(self, ask: Callable[[datetime], Foreseen], latest: datetime) -> None:
        self._ask = ask
        self._latest = latest
        self._known: dict[datetime, Foreseen] = {}

    def of(self, end: datetime) -> Foreseen:
        """Return the forecast for `end`, which lies after the instant from which it is made."""
        upto = self._latest
        while end < upto:
            known = self._known_of(upto)
            if known.looked >= upto:
                return self._ask(end)
            if known.looked < end:
                return known
            upto = known.looked
        return self._known_of(upto)

    def _known_of(self, end: datetime) -> Foreseen:
        if end not in self._known:
            self._known[end] = self._ask(end)
        return self._known[end]


@dataclass(frozen=True, slots=True)
class TimeBoundaries:
    """Spans, without start and with end, in which stored times of a callee make a difference.

    `given`, `expires`: a consent given, or ending, within one of them is judged by its own time; of
    any other, only the spans before it count. `called`: (so many attempts or more, since when each
    matters by its own time), ascending from 0 attempts on.
    """

    given: Intervals
    expires: Intervals
    called: tuple[tuple[int, datetime], ...]


def turns(definition: CampaignDefinition, packs: Iterable[RulePack], start: datetime) -> TimeBoundaries:
    """Return the boundaries of one forecast.

    `packs`: all packs that may decide between `start` and the campaign's end.
    """
    until, known = horizon(definition, start), tuple(packs)
    gap = max([campaign_terms(definition).min_gap, *(gap for pack in known for gap in pack.gaps)])
    caps = [cap for pack in known for cap in pack.caps]
    called = []
    for count in sorted({0, *(cap.max for cap in caps)}):
        longest = max([gap, *(cap.window for cap in caps if cap.max <= count)])
        called.append((count, start - longest))
    return TimeBoundaries(
        given_turns(definition.basis, known, start, until), ((start, until),), tuple(called)
    )


def given_turns(basis: Basis, packs: Iterable[RulePack], start: datetime, until: datetime) -> Intervals:
    """Return the spans in which the time of giving matters.

    A consent begins at its own time and may grow too old. On another basis any time may matter, as
    working days are counted.
    """
    if basis is not Basis.OPT_IN:
        return ((EARLIEST, LATEST),)
    ages = chain([timedelta(0)], *(pack.consent.ages for pack in packs))
    return merge((start - age, until - age) for age in ages)


NumberKind = NumberFacts | PhoneNumber
"""Numbers of a kind share their facts.

A number that a list names, or that is invalid, is like no other.
"""


class NumberKinds:
    """The kinds of number that one campaign's rules distinguish."""

    def __init__(self, definition: CampaignDefinition, trunk: TrunkFacts, packs: Iterable[RulePack]) -> None:
        self._own = campaign_terms(definition).own_numbers | {entry.number for entry in trunk.caller_ids}
        self._denied = tuple(prefix for pack in packs for prefix in pack.denied_numbers)

    def of(self, number: PhoneNumber) -> NumberKind:
        if number in self._own or number.startswith(self._denied):
            return number
        try:
            return number_facts(number)
        except PhoneError:
            return number
