"""The first instant at which a callee could be called, as the dialling loop would find it.

Judged at the start, and again at each instant at which the loop would look again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from dialer.domain.calls.retry import PAUSE, ContactClosed, after_refusal, final
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.decision.cache import DecisionCache
from dialer.domain.decision.decide import decide
from dialer.domain.decision.facts import Facts
from dialer.domain.decision.record import Decision, ReasonCode

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
    """Forecasts by end of the consent.

    `ask` forecasts for one end. `latest`: no end comes after it.
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
