"""The survey of one list, page by page: the future of its contacts, each counted once."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from dialer.domain.base.types import PhoneNumber
from dialer.domain.consent.consent import ConsentGiven
from dialer.domain.decision.facts import Facts
from dialer.domain.decision.record import ReasonCode
from dialer.domain.preflight.contact_groups import Kind, NumberKinds, turns
from dialer.domain.preflight.forecast import Endings, Foreseen, foresee, horizon
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex
from dialer.ports.records import CampaignSnapshot, ContactGroup
from dialer.services.decision.decider import Decider


@dataclass(slots=True)
class Forecast:
    """The future of a list's contacts, each counted once.

    `hours` counts by the callee's local date and hour how many could first be called then. `never`
    counts by code how many are refused for good by it (one contact may have several). `undecided`
    counts those whose caps may lift later than the survey reaches.
    """

    contacts: int = 0
    hours: defaultdict[date, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    refused: int = 0
    never: Counter[ReasonCode] = field(default_factory=Counter)
    undecided: int = 0

    def add(self, foreseen: Foreseen, contacts: int) -> None:
        self.contacts += contacts
        if foreseen.at is not None:
            local = foreseen.at.astimezone(ZoneInfo(foreseen.zone))
            self.hours[local.date()][local.hour] += contacts
        elif foreseen.undecided:
            self.undecided += contacts
        else:
            self.refused += contacts
            self.never.update(dict.fromkeys(foreseen.codes, contacts))

    @property
    def called(self) -> int:
        return self.contacts - self.refused - self.undecided


class Survey:
    """The rules are asked once for each kind of callee and of number."""

    def __init__(self, decider: Decider, standing: CampaignSnapshot, start: datetime) -> None:
        definition = standing.campaign.definition
        packs = packs_for(definition.profile, decider.packs)
        self.forecast = Forecast()
        self.turns = turns(definition, packs, start)
        self._decider = decider
        self._standing = standing
        self._start = start
        self._until = horizon(definition, start)
        self._numbers = NumberKinds(definition, decider.trunk_facts(definition.trunk), packs)
        self._known: dict[tuple[Hashable, Kind], Foreseen] = {}
        self._endings: dict[tuple[Hashable, Kind], Endings] = {}
        self._turn = asyncio.Lock()

    async def take(self, page: Sequence[ContactGroup]) -> None:
        """Count a page in, in a thread."""
        async with self._turn:
            await asyncio.to_thread(self.add, page)

    def add(self, page: Sequence[ContactGroup]) -> None:
        for alike in page:
            kinds = [self._numbers.of(number) for number in alike.numbers]
            examples = dict(zip(kinds, alike.numbers, strict=True))
            if alike.ends:
                ends: defaultdict[Kind, list[datetime]] = defaultdict(list)
                for kind, end in zip(kinds, alike.ends, strict=True):
                    ends[kind].append(end)
                for kind, some in ends.items():
                    self._add_ending(alike, kind, examples[kind], some)
            else:
                for kind, count in Counter(kinds).items():
                    self.forecast.add(self._foreseen(alike, kind, examples[kind], count), count)

    def _foreseen(self, alike: ContactGroup, kind: Kind, number: PhoneNumber, count: int) -> Foreseen:
        """Foresee a group of contacts.

        The result is remembered where there are several: in a list of a million people each may be
        unlike any other.
        """
        known = self._known.get((alike.kind, kind))
        if known is not None:
            return known
        foreseen = self._foresee(self._facts(alike, number))
        if count > 1:
            self._known[alike.kind, kind] = foreseen
        return foreseen

    def _add_ending(
        self, alike: ContactGroup, kind: Kind, number: PhoneNumber, ends: Sequence[datetime]
    ) -> None:
        """Add contacts whose consent ends meanwhile. Results are remembered, too."""
        endings = self._endings.get((alike.kind, kind))
        if endings is None:
            ask = partial(self._ending, self._facts(alike, number))
            if len(ends) == 1:
                self.forecast.add(ask(ends[0]), 1)
                return
            endings = self._endings[alike.kind, kind] = Endings(ask, self._until)
        for foreseen, count in Counter(map(endings.of, ends)).items():
            self.forecast.add(foreseen, count)

    def _ending(self, facts: Facts, end: datetime) -> Foreseen:
        given = (consent for consent in facts.consents if isinstance(consent, ConsentGiven))
        ending = tuple(replace(consent, expires_at=end) for consent in given)
        return self._foresee(replace(facts, consents=ending))

    def _foresee(self, facts: Facts) -> Foreseen:
        return foresee(facts, self._start, self._decider.cache)

    def _facts(self, alike: ContactGroup, number: PhoneNumber) -> Facts:
        return replace(self._decider.facts(self._standing, alike.dossier, None), number=number)


def packs_for(profile: str, shelf: RulePackIndex) -> tuple[RulePack, ...]:
    return tuple(pack for pack in (*shelf.shipped, *shelf.overriding) if pack.name == profile)
