"""Claims contacts that may be called. One of whom nothing can be decided is set aside for a person, so that all others go on."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import structlog

from dialer.domain.campaign import Campaign, CampaignId
from dialer.domain.contact import ContactId
from dialer.domain.errors import NotNow, Unavailable, place_of
from dialer.ports.clock import Clock
from dialer.ports.records import Judgement
from dialer.ports.store import Store
from dialer.services.judge import Judge
from dialer.services.pausing import pause

log = structlog.get_logger()

LOOK_AHEAD = 500
"""Contacts judged in one transaction while looking for one that may be called."""
NARROWER = 4
"""By so much the search for a contact that breaks its claim is narrowed, and widened again once it is out of the way."""
MOST_ASIDE = 10
"""So many set aside one after another say that it lies not with them: the campaign is paused."""


class LastTakenUp:
    """`dialer.ports.review.ClaimWatch`."""

    ids: Sequence[ContactId] = ()

    def takes_up(self, contact_ids: Sequence[ContactId]) -> None:
        self.ids = contact_ids


class Claiming:
    def __init__(self, store: Store, judge: Judge, clock: Clock) -> None:
        self._store = store
        self._judge = judge
        self._clock = clock
        self._limits: dict[CampaignId, int] = {}
        self._aside: Counter[CampaignId] = Counter()

    async def claim(self, campaign: Campaign, pbx: str, permits: int) -> list[Judgement]:
        """Judge due contacts until `permits` were given, for calls on `pbx`. Raise `NotNow` and `Unavailable`.

        A claim that breaks is undone and tried with fewer contacts, until one is alone. Whatever breaks that one, bad data or an error of
        this program, says nothing about the next.
        """
        limit = self._limits.get(campaign.id, LOOK_AHEAD)
        while True:
            watch = LastTakenUp()
            try:
                found = await self._store.attempts.claim(
                    campaign.id,
                    now=self._clock.now(),
                    limit=limit,
                    permits=permits,
                    judge=partial(self._judge.claimed, pbx=pbx),
                    watch=watch,
                )
            except (NotNow, Unavailable):
                raise
            except Exception as error:
                if not watch.ids:
                    raise
                self._limits[campaign.id] = 1
                if limit == 1:
                    await self._set_aside(campaign, watch.ids[0], place_of(error))
                    return []
                limit = max(1, limit // NARROWER)
            else:
                self._limits[campaign.id] = min(limit * NARROWER, LOOK_AHEAD)
                self._aside.pop(campaign.id, None)
                return found

    async def _set_aside(self, campaign: Campaign, contact: ContactId, error: str) -> None:
        if not await self._store.reviews.set_aside(contact, error=error, at=self._clock.now()):
            return
        log.error("contact closed for review", campaign=campaign.id, contact=contact, error=error)
        self._aside[campaign.id] += 1
        if self._aside[campaign.id] < MOST_ASIDE:
            return
        del self._aside[campaign.id]
        reason = f"review: {MOST_ASIDE} contacts one after another could not be judged: {error}"
        await pause(self._store, self._clock, campaign.id, reason)
