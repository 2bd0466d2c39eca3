"""Before approval: how many of the list would be called, when, and how many never and why. Calls nobody, writes nothing."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dialer.domain.access import Actor, Right
from dialer.domain.alike import Kind, NumberKinds, turns
from dialer.domain.campaign import Campaign, CampaignId
from dialer.domain.campaign_checks import reminders
from dialer.domain.contact import PhoneNumber
from dialer.domain.decision_record import ReasonCode
from dialer.domain.errors import Problem
from dialer.domain.foresight import Foreseen, foresee
from dialer.domain.pack_parts import Reminder
from dialer.domain.rulepack import PackShelf, RulePack
from dialer.ports.records import Alike, Standing
from dialer.ports.store import Store
from dialer.services.approval import approval_problems
from dialer.services.judge import Judge

BATCH = 10_000
"""Contacts read at a time, while those before are judged: few enough that calls in progress do not notice."""


@dataclass(slots=True)
class Forecast:
    """What would become of a list's contacts, each counted once.

    `hours`: by the callee's local date and hour, how many could first be called then. `never`: by code, how many are refused for good
    by it (one contact may have several). `undecided`: those whose caps may lift later than was looked.
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


@dataclass(frozen=True, slots=True)
class PreflightReport:
    """`start`: the instant from which it was foreseen. `problems`: what the approval would refuse now. `reminders`: what no machine can check."""

    campaign: Campaign
    start: datetime
    forecast: Forecast
    problems: tuple[Problem, ...]
    reminders: tuple[Reminder, ...]

    @property
    def dialling_s(self) -> float:
        """How long one call to each takes at the campaign's own pace, in seconds of open hours."""
        return self.forecast.called / self.campaign.definition.pacing.calls_per_second


class Preflight:
    def __init__(self, store: Store, judge: Judge) -> None:
        self._store = store
        self._judge = judge

    async def run(self, actor: Actor, campaign_id: CampaignId) -> PreflightReport:
        """Foresee every contact from now, or from the campaign's start where that is later, as if it were running. Raise `NotFound`."""
        actor.demand(Right.PREFLIGHT)
        standing = await self._store.campaigns.standing(campaign_id)
        campaign = standing.campaign
        start = max(self._judge.clock.now(), campaign.definition.starts_at)
        survey = Survey(self._judge, standing, start)
        async with asyncio.TaskGroup() as group:
            judging = group.create_task(asyncio.to_thread(survey.add, ()))
            async for batch in self._store.contacts.alike(campaign_id, survey.turns, batch=BATCH):
                await judging
                judging = group.create_task(asyncio.to_thread(survey.add, batch))
        problems = await approval_problems(self._store, self._judge, campaign)
        told = reminders(campaign.definition, self._judge.packs, start)
        return PreflightReport(campaign, start, survey.forecast, problems, told)


class Survey:
    """One list, surveyed batch by batch: the rules are asked once for each kind of callee and of number."""

    def __init__(self, judge: Judge, standing: Standing, start: datetime) -> None:
        definition = standing.campaign.definition
        packs = packs_for(definition.profile, judge.packs)
        self.forecast = Forecast()
        self.turns = turns(definition, packs, start)
        self._judge = judge
        self._standing = standing
        self._start = start
        self._numbers = NumberKinds(definition, judge.trunk_facts(definition.trunk), packs)
        self._known: dict[tuple[Hashable, Kind], Foreseen] = {}

    def add(self, batch: Sequence[Alike]) -> None:
        for alike in batch:
            kinds = [self._numbers.of(number) for number in alike.numbers]
            examples = dict(zip(kinds, alike.numbers, strict=True))
            for kind, count in Counter(kinds).items():
                self.forecast.add(self._foreseen(alike, kind, examples[kind], count), count)

    def _foreseen(self, alike: Alike, kind: Kind, number: PhoneNumber, count: int) -> Foreseen:
        """Remembered where there are several: a list may hold a million people of whom each is like no other."""
        known = self._known.get((alike.kind, kind))
        if known is not None:
            return known
        facts = replace(self._judge.facts(self._standing, alike.dossier, None), number=number)
        foreseen = foresee(facts, self._judge.packs, self._start)
        if count > 1:
            self._known[alike.kind, kind] = foreseen
        return foreseen


def packs_for(profile: str, shelf: PackShelf) -> tuple[RulePack, ...]:
    return tuple(pack for pack in (*shelf.shipped, *shelf.overriding) if pack.name == profile)
