"""Groups of contacts that every rule must answer alike, at every instant that a forecast looks at.

Millions are forecast in seconds by asking the rules once for each group. Every stored value makes
contacts differ, except for the fields named here and in the query that groups them. A time differs
only where a rule could change its answer by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from dialer.domain.base.instant import EARLIEST, LATEST
from dialer.domain.base.intervals import Span, merge
from dialer.domain.base.types import PhoneNumber
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.campaigns.campaign_terms import campaign_terms
from dialer.domain.consent.basis import Basis
from dialer.domain.decision.facts import TrunkFacts
from dialer.domain.numbers.number_plan import NumberFacts, number_facts
from dialer.domain.numbers.phone_text import PhoneError
from dialer.domain.preflight.forecast import horizon
from dialer.domain.rulepacks.rulepack import RulePack


@dataclass(frozen=True, slots=True)
class TimeBoundaries:
    """Spans, without start and with end, in which stored times of a callee make a difference.

    `given`, `expires`: a consent given, or ending, within one of them is judged by its own time; of
    any other, only the spans before it count. `called`: (so many attempts or more, since when each
    matters by its own time), ascending from 0 attempts on.
    """

    given: Span
    expires: Span
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


def given_turns(basis: Basis, packs: Iterable[RulePack], start: datetime, until: datetime) -> Span:
    """Return the spans in which the time of giving matters.

    A consent begins at its own time and may grow too old. On another basis any time may matter, as
    working days are counted.
    """
    if basis is not Basis.OPT_IN:
        return ((EARLIEST, LATEST),)
    ages = chain([timedelta(0)], *(pack.consent.ages for pack in packs))
    return merge((start - age, until - age) for age in ages)


Kind = NumberFacts | PhoneNumber
"""Numbers of a kind share their facts.

A number that a list names, or that is invalid, is like no other.
"""


class NumberKinds:
    """The kinds of number that one campaign's rules distinguish."""

    def __init__(self, definition: CampaignDefinition, trunk: TrunkFacts, packs: Iterable[RulePack]) -> None:
        self._own = campaign_terms(definition).own_numbers | {entry.number for entry in trunk.caller_ids}
        self._denied = tuple(prefix for pack in packs for prefix in pack.denied_numbers)

    def of(self, number: PhoneNumber) -> Kind:
        if number in self._own or number.startswith(self._denied):
            return number
        try:
            return number_facts(number)
        except PhoneError:
            return number
