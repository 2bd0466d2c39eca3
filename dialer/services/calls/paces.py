"""The paces of this process on every trunk and for every campaign.

They include the Originates that its PBXs have not answered yet.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.pacing import GIVEN_UP_S, Pacer


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An Originate, and whom it keeps waiting."""

    pbx: str
    trunk: str
    pacers: tuple[Pacer, Pacer]
    since: float


class Paces:
    """Paces. `now` is in seconds of the monotonic clock.

    `news` of a trunk is set when there is news of one of its calls.
    """

    def __init__(self) -> None:
        self._campaigns: dict[CampaignId, Pacer] = {}
        self._trunks: dict[str, Pacer] = {}
        self._under_way: dict[AttemptId, UnderWay] = {}
        self._news: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def slots(
        self, campaign_id: CampaignId, trunk: str, rates: tuple[float, float], now: float, horizon_s: float
    ) -> tuple[int, int]:
        """Return the calls possible within `horizon_s` seconds, by the campaign and by the trunk.

        `rates` are theirs from now on, in calls a second.
        """
        own = self._campaigns.setdefault(campaign_id, Pacer(rates[0]))
        shared = self._trunks.setdefault(trunk, Pacer(rates[1]))
        own.calls_per_second, shared.calls_per_second = rates
        return own.slots(now, horizon_s), shared.slots(now, horizon_s)

    def of(self, attempt: Attempt) -> tuple[Pacer, Pacer]:
        """Its campaign's, and its trunk's: neither rate is ever exceeded."""
        return self._campaigns[attempt.campaign_id], self._trunks[attempt.trunk]

    def sent(self, attempt: Attempt, now: float) -> None:
        pacers = self.of(attempt)
        self._under_way[attempt.id] = UnderWay(attempt.pbx, attempt.trunk, pacers, now)
        for pacer in pacers:
            pacer.sent(attempt.id, now)

    def heard(self, attempt_id: AttemptId, now: float) -> None:
        """The PBX let it pass or refused it, or it was never asked for it."""
        if known := self._under_way.pop(attempt_id, None):
            for pacer in known.pacers:
                pacer.heard(attempt_id, now)
            self._news[known.trunk].set()

    def forget(self, pbx: str, now: float) -> None:
        """Forget a PBX whose link is lost.

        Its next recovery finds out about its Originates before anything is dialled there.
        """
        for attempt_id in [each for each, known in self._under_way.items() if known.pbx == pbx]:
            self.heard(attempt_id, now)

    def tidy(self, waiting: Collection[CampaignId], now: float) -> None:
        """Forget calls that the PBX will not report any more, and the pace of idle campaigns.

        `waiting` holds the campaigns whose calls wait for a slot.
        """
        for attempt_id in [
            each for each, known in self._under_way.items() if now >= known.since + GIVEN_UP_S
        ]:
            del self._under_way[attempt_id]
        for campaign_id in [each for each, pacer in self._campaigns.items() if pacer.idle(now)]:
            if campaign_id not in waiting:
                del self._campaigns[campaign_id]

    async def news(self, trunk: str, *, within_s: float) -> bool:
        """Wait for it; return False where the time ran out."""
        event = self._news[trunk]
        event.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await event.wait()
        return event.is_set()
