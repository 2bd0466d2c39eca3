"""The calls alive in this process, and its pace on every trunk and for every campaign.

Originates that a PBX has not answered yet count, too. The database is the truth: every recovery
corrects these counts with it.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.outcome import About, end_about
from dialer.domain.calls.pacing import GIVEN_UP_S, Pacer


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An Originate that the PBX has not answered yet, and the two pacers that it keeps waiting."""

    pbx: str
    trunk: str
    pacers: tuple[Pacer, Pacer]
    since: float


class Paces:
    """The paces of this process, on every trunk and for every campaign.

    `now` is in seconds of the monotonic clock. `news` of a trunk is set when there is news of one
    of its calls.
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
        """Return the pacers of its campaign and of its trunk: neither rate is ever exceeded."""
        return self._campaigns[attempt.campaign_id], self._trunks[attempt.trunk]

    def sent(self, attempt: Attempt, now: float) -> None:
        pacers = self.of(attempt)
        self._under_way[attempt.id] = UnderWay(attempt.pbx, attempt.trunk, pacers, now)
        for pacer in pacers:
            pacer.sent(attempt.id, now)

    def heard(self, attempt_id: AttemptId, now: float) -> None:
        """Note that the PBX let it pass or refused it, or was never asked for it."""
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
        """Wait for news of a call on the trunk; return False where the time ran out."""
        event = self._news[trunk]
        event.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await event.wait()
        return event.is_set()


class LiveCalls:
    """The calls alive in this process, counted by campaign, trunk and PBX."""

    def __init__(self) -> None:
        self._alive: dict[AttemptId, Attempt] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._heard: dict[str, datetime] = {}
        self.paces = Paces()

    def put(self, attempt: Attempt) -> None:
        """Keep the attempt while it is alive; forget it when it no longer is."""
        self._drop(attempt.id)
        if (heard := _last_word(attempt)) is not None:
            self._heard[attempt.trunk] = max(heard, self._heard.get(attempt.trunk, heard))
        if attempt.alive:
            self._alive[attempt.id] = attempt
            self._counts.update(_keys(attempt))

    def alive(self, pbx: str) -> list[Attempt]:
        return [attempt for attempt in self._alive.values() if attempt.pbx == pbx]

    def forget(self, pbx: str) -> None:
        for attempt in self.alive(pbx):
            self._drop(attempt.id)

    def correct(self, asked: Iterable[AttemptId], known: Iterable[Attempt]) -> None:
        """Drop the attempts in `asked`, but for the `known` ones.

        Other attempts stay: they may have begun since the question.
        """
        for attempt_id in asked:
            self._drop(attempt_id)
        for attempt in known:
            self.put(attempt)

    def on_campaign(self, campaign_id: str) -> int:
        return self._counts["campaign", campaign_id]

    def on_trunk(self, trunk: str) -> int:
        return self._counts["trunk", trunk]

    def unheard(self, trunk: str) -> int:
        """Count calls sent over the trunk since it last answered an INVITE.

        Ringing, an answer of the callee and a refusal all count as an answer.
        """
        heard = self._heard.get(trunk)
        sent = (a.originated_at for a in self._alive.values() if a.trunk == trunk and _last_word(a) is None)
        return sum(1 for at in sent if at is not None and (heard is None or at > heard))

    @contextmanager
    def taken(self, trunk: str) -> Iterator[None]:
        """Occupy a line of the trunk for a call outside all attempts."""
        self._counts["trunk", trunk] += 1
        try:
            yield
        finally:
            self._counts["trunk", trunk] -= 1

    def on_pbx(self, pbx: str) -> int:
        return self._counts["pbx", pbx]

    def __contains__(self, attempt_id: AttemptId) -> bool:
        return attempt_id in self._alive

    def _drop(self, attempt_id: AttemptId) -> None:
        if known := self._alive.pop(attempt_id, None):
            self._counts.subtract(_keys(known))


def _last_word(attempt: Attempt) -> datetime | None:
    """Return the instant of the network's last answer to the INVITE.

    An end without any answer is none. The end of an answered call is none either: the way there may
    have closed since.
    """
    refused_at = attempt.ended_at if end_about(attempt) is not About.SILENCE else None
    return attempt.answered_at or refused_at or attempt.ringing_at


def _keys(attempt: Attempt) -> list[tuple[str, str]]:
    return [("campaign", attempt.campaign_id), ("trunk", attempt.trunk), ("pbx", attempt.pbx)]
