"""The preflight: how many contacts could be called, when, and how many never and why.

It makes no call and writes nothing.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.errors import Problem
from dialer.domain.base.types import CampaignId, ContactId
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.preflight.campaign_checks import reminders
from dialer.domain.rulepacks.pack_parts import Reminder
from dialer.ports.unit_of_work import Store
from dialer.services.acts.snapshots import StandingWork, standing_of
from dialer.services.decision.decider import Decider
from dialer.services.preflight.approval import ApprovalWork, approval_problems
from dialer.services.preflight.preflight_run import Forecast, Survey

PAGE = 25_000
"""Contacts read at a time: few enough that calls in progress do not notice."""
READERS = 2
"""While a page of one reader is judged, the other reads. More would leave no core to live calls."""


class PreflightWork(StandingWork, ApprovalWork, Protocol):
    """The unit of work of a preflight."""


@dataclass(frozen=True, slots=True)
class PreflightReport:
    """A report.

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
        """The contact before the page and its last one; None at the list's end."""
        async with self._turn:
            after = self._last
            async with self._store.read() as work:
                until = await work.contacts.page_end(self.campaign_id, after=after, size=PAGE)
            if until is None:
                return None
            self._last = until
            return after, until
