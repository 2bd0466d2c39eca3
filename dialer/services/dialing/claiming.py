"""Claims of contacts that may be called.

A contact that cannot be decided is set aside for a person, so that the others go on.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import structlog

from dialer.domain.base.errors import NotNow, Unavailable, place_of
from dialer.domain.base.types import CampaignId, ContactId
from dialer.domain.campaigns.campaign import Campaign, PauseCause
from dialer.ports.clock import Clock
from dialer.ports.consent.reviews import HasReviews
from dialer.ports.records import CampaignSnapshot, ClaimDecision, ContactFacts
from dialer.ports.unit_of_work import Store
from dialer.services.calls.pausing import pause
from dialer.services.consent.reviews import set_aside
from dialer.services.decision.decider import Decider
from dialer.services.dialing.claim import ClaimWork, claim_contacts

log = structlog.get_logger()

LOOK_AHEAD = 500
"""Contacts judged in one transaction while looking for one that may be called."""
NARROWER = 4
"""Factor by which the search for a contact that breaks its claim is narrowed, and widened again."""
MOST_ASIDE = 10
"""So many set aside one after another say that it lies not with them: the campaign is paused."""


MOST_JUDGING_S = 0.02
"""Processor time of a claim, in seconds.

A halt, a 9 and other writers to the database wait meanwhile.
"""


class ClaimingWork(ClaimWork, HasReviews, Protocol):
    """The unit of work of claiming."""


class Judging:
    """The judge of one claim, and its `claim.ClaimWatch`."""

    def __init__(
        self, judge: Callable[[CampaignSnapshot, ContactFacts], ClaimDecision], clock: Clock
    ) -> None:
        self._judge = judge
        self._clock = clock
        self._spent_s = 0.0
        self.ids: Sequence[ContactId] = ()

    def judge(self, standing: CampaignSnapshot, dossier: ContactFacts) -> ClaimDecision:
        before = self._clock.cpu()
        try:
            return self._judge(standing, dossier)
        finally:
            self._spent_s += self._clock.cpu() - before

    def takes_up(self, contact_ids: Sequence[ContactId]) -> None:
        self.ids = contact_ids

    def enough(self) -> bool:
        return self._spent_s >= MOST_JUDGING_S


class Claiming:
    def __init__(self, store: Store[ClaimingWork], judge: Decider, clock: Clock) -> None:
        self._store = store
        self._judge = judge
        self._clock = clock
        self._limits: dict[CampaignId, int] = {}
        self._aside: Counter[CampaignId] = Counter()

    async def claim(self, campaign: Campaign, pbx: str, permits: int) -> list[ClaimDecision]:
        """Judge due contacts until `permits` were given, or for 20 ms, for calls on `pbx`.

        Raise `NotNow` and `Unavailable`. A claim that breaks is undone and tried with fewer
        contacts, until one is alone. Its fault, bad data or an error of this program, says nothing
        about the next.
        """
        limit = self._limits.get(campaign.id, LOOK_AHEAD)
        while True:
            judging = Judging(partial(self._judge.claimed, pbx=pbx), self._clock)
            try:
                async with self._store.write() as work:
                    found = await claim_contacts(
                        work,
                        campaign.id,
                        now=self._clock.now(),
                        limit=limit,
                        permits=permits,
                        judge=judging.judge,
                        watch=judging,
                    )
            except (NotNow, Unavailable):
                raise
            except Exception as error:
                if not judging.ids:
                    raise
                self._limits[campaign.id] = 1
                if limit == 1:
                    await self._set_aside(campaign, judging.ids[0], place_of(error))
                    return []
                limit = max(1, limit // NARROWER)
            else:
                self._limits[campaign.id] = min(limit * NARROWER, LOOK_AHEAD)
                self._aside.pop(campaign.id, None)
                return found

    async def _set_aside(self, campaign: Campaign, contact: ContactId, error: str) -> None:
        async with self._store.write() as work:
            aside = await set_aside(work, contact, error=error, at=self._clock.now())
        if not aside:
            return
        log.error("contact closed for review", campaign=campaign.id, contact=contact, error=error)
        self._aside[campaign.id] += 1
        if self._aside[campaign.id] < MOST_ASIDE:
            return
        del self._aside[campaign.id]
        reason = f"review: {MOST_ASIDE} contacts one after another could not be judged: {error}"
        await pause(self._store, self._clock, campaign.id, PauseCause.REVIEW, reason)
