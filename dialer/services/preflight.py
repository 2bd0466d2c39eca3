"""The preflight: the forecast of a campaign's whole list, and the obstacles to its approval.

It tells how many contacts could be called, when, and how many never and why. It makes no call and
writes nothing. The approval itself asks for the obstacles again.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Problem
from dialer.domain.base.types import CampaignId, ContactId, PhoneNumber
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.consent import ConsentGiven
from dialer.domain.decision.facts import Facts
from dialer.domain.decision.record import ReasonCode
from dialer.domain.oppositions.suppression import ListStanding
from dialer.domain.preflight.campaign_checks import check_approval, language_problems, reminders
from dialer.domain.preflight.forecast import (
    Endings,
    Foreseen,
    NumberKind,
    NumberKinds,
    foresee,
    horizon,
    turns,
)
from dialer.domain.rulepacks.pack_parts import Reminder
from dialer.domain.rulepacks.rulepack import RulePack, RulePackIndex
from dialer.ports.consent import HasContacts
from dialer.ports.oppositions import HasOppositionLists
from dialer.ports.records import CampaignSnapshot, ContactGroup
from dialer.ports.unit_of_work import Store
from dialer.services.acts.campaigns import StandingWork, standing_of
from dialer.services.decision.decider import Decider


class ApprovalWork(HasContacts, HasOppositionLists, Protocol):
    """The unit of work that reads a campaign's list for its approval."""


async def approval_problems(
    store: Store[ApprovalWork], decider: Decider, campaign: Campaign
) -> tuple[Problem, ...]:
    """Return the problems of its file, its trunk and its list, now.

    Prompts are checked elsewhere.
    """
    definition = campaign.definition
    async with store.read() as work:
        places = await work.contacts.places(campaign.id)
        lists = await lists_for(work, decider, definition)
        languages = await work.contacts.languages(campaign.id)
    trunk = decider.trunk_facts(definition.trunk)
    problems = check_approval(definition, decider.packs, trunk, places, lists, decider.clock.now())
    return (*problems, *language_problems(definition, languages))


async def lists_for(
    work: HasOppositionLists, decider: Decider, definition: CampaignDefinition
) -> list[ListStanding]:
    """Return the external lists that hold for the sponsor, for any number.

    Return none where the profile requires none, since to count them takes time.
    """
    sponsor, packs = definition.sponsor.id, decider.packs.by_title.values()
    if not any(pack.required_lists for pack in packs if pack.name == definition.profile):
        return []
    known = [entry.list for entry in await work.lists.current()]
    return [
        ListStanding(entry.name, entry.valid_from, entry.valid_to, holds=False, kind=entry.kind)
        for entry in known
        if entry.sponsor in (None, sponsor)
    ]


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
    """The survey of one list, page by page, that counts each contact once.

    The rules are asked once for each kind of callee and of number.
    """

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
        self._known: dict[tuple[Hashable, NumberKind], Foreseen] = {}
        self._endings: dict[tuple[Hashable, NumberKind], Endings] = {}
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
                ends: defaultdict[NumberKind, list[datetime]] = defaultdict(list)
                for kind, end in zip(kinds, alike.ends, strict=True):
                    ends[kind].append(end)
                for kind, some in ends.items():
                    self._add_ending(alike, kind, examples[kind], some)
            else:
                for kind, count in Counter(kinds).items():
                    self.forecast.add(self._foreseen(alike, kind, examples[kind], count), count)

    def _foreseen(self, alike: ContactGroup, kind: NumberKind, number: PhoneNumber, count: int) -> Foreseen:
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
        self, alike: ContactGroup, kind: NumberKind, number: PhoneNumber, ends: Sequence[datetime]
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


PAGE = 25_000
"""Contacts read at a time: few enough that calls in progress do not notice."""
READERS = 2
"""While a page of one reader is judged, the other reads. More would leave no core to live calls."""


class PreflightWork(StandingWork, ApprovalWork, Protocol):
    """The unit of work of a preflight, which only reads."""


@dataclass(frozen=True, slots=True)
class PreflightReport:
    """The report of a preflight.

    `start` is the instant from which it was foreseen. `problems` would make an approval fail now.
    `reminders` are points that no machine can check.
    """

    campaign: Campaign
    start: datetime
    forecast: Forecast
    problems: tuple[Problem, ...]
    reminders: tuple[Reminder, ...]

    @property
    def dialling_s(self) -> float:
        """Return the time of one call to each at the campaign's pace, in seconds of open hours."""
        return self.forecast.called / self.campaign.definition.pacing.calls_per_second


class Preflight:
    def __init__(self, store: Store[PreflightWork], decider: Decider) -> None:
        self._store = store
        self._decider = decider

    async def run(self, actor: Actor, campaign_id: CampaignId) -> PreflightReport:
        """Foresee every contact, as if the campaign were running. Raise `NotFound`.

        It starts now, or at the campaign's start where that is later.
        """
        actor.demand(Right.PREFLIGHT)
        async with self._store.read() as work:
            standing = await standing_of(work, campaign_id)
        campaign = standing.campaign
        start = max(self._decider.clock.now(), campaign.definition.starts_at)
        survey = Survey(self._decider, standing, start)
        problems = await self._survey(survey, campaign)
        told = reminders(campaign.definition, self._decider.packs, start)
        return PreflightReport(campaign, start, survey.forecast, problems, told)

    async def _survey(self, survey: Survey, campaign: Campaign) -> tuple[Problem, ...]:
        """Survey the whole list, and look for the problems of an approval meanwhile."""
        pages = Pages(self._store, campaign.id)
        try:
            async with asyncio.TaskGroup() as group:
                problems = group.create_task(approval_problems(self._store, self._decider, campaign))
                for _ in range(READERS):
                    group.create_task(self._read(pages, survey, campaign))
        except ExceptionGroup as faults:
            # Raise the fault itself: the caller need not know of several tasks.
            raise faults.exceptions[0] from faults
        return problems.result()

    async def _read(self, pages: "Pages", survey: Survey, campaign: Campaign) -> None:
        sponsor = campaign.definition.sponsor.id
        while (page := await pages.next()) is not None:
            after, until = page
            async with self._store.read() as work:
                kinds = await work.contacts.alike(
                    campaign.id, sponsor, survey.turns, after=after, until=until
                )
            await survey.take(kinds)


class Pages:
    """A list cut into pages, each given to one reader."""

    def __init__(self, store: Store[PreflightWork], campaign_id: CampaignId) -> None:
        self.campaign_id = campaign_id
        self._store = store
        self._last = ContactId(0)
        self._turn = asyncio.Lock()

    async def next(self) -> tuple[ContactId, ContactId] | None:
        """Return the contact before the page and its last one; None at the list's end."""
        async with self._turn:
            after = self._last
            async with self._store.read() as work:
                until = await work.contacts.page_end(self.campaign_id, after=after, size=PAGE)
            if until is None:
                return None
            self._last = until
            return after, until
