"""Pauses of campaigns at the PBXs.

Each PBX has a flag for a paused campaign beside that of the halt. Calls that have passed it are
waited for.
"""

import asyncio
from collections.abc import Collection
from typing import Protocol

import structlog

from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import AttemptId, CampaignId
from dialer.domain.calls.attempt import ORIGINATE_LIFE, Attempt
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.ports.calls import HasAttempts
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.telephony import Telephony
from dialer.ports.unit_of_work import Store
from dialer.services.pbx.fleet import Fleet

log = structlog.get_logger()

POLL_S = 0.02
WITHIN_S = ORIGINATE_LIFE.total_seconds() + 2
"""Seconds. No permit lives longer: a PBX silent until then may stay silent for long."""


class PauseWork(HasAttempts, HasCampaigns, Protocol):
    """The unit of work that reads campaigns and their calls for a pause."""


class Pauses:
    """Pauses as the database has them; a flag that says otherwise is set right."""

    def __init__(self, store: Store[PauseWork], fleet: Fleet, clock: Clock) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock

    async def hold(self, campaign: Campaign) -> None:
        """Return only when no further INVITE of the campaign can leave.

        The campaign is not `running` any more. No new permit is given, so it is about the calls
        alive: a call before the gate meets the flag, and one past it is waited for. For a PBX that
        cannot be asked the database answers, if another process drives it. Raise `Unavailable`
        where the answer is unknown.
        """
        end = self._clock.monotonic() + WITHIN_S
        async with self._store.read() as work:
            alive = {a.id: a for a in await work.attempts.alive(campaign_id=campaign.id)}
        waiting = await self._may_leave(campaign, alive.values())
        while waiting:
            if self._clock.monotonic() > end:
                pbxs = ", ".join(sorted({alive[attempt_id].pbx for attempt_id in waiting}))
                raise Unavailable(
                    f"the campaign is {campaign.state}, but an INVITE of {len(waiting)} calls that {pbxs} was given may still leave",
                    hint="see `dialer pbx status`, and ask again",
                )
            await asyncio.sleep(POLL_S)
            waiting &= await self._may_leave(campaign, [alive[attempt_id] for attempt_id in waiting])

    async def release(self, campaign_id: CampaignId) -> None:
        """Clear the flags before the campaign runs again, or its first calls are refused.

        A PBX that is away is updated when it comes back.
        """

        async def clear(telephony: Telephony) -> None:
            if flag := await telephony.pause_flag(campaign_id):
                await telephony.clear_pause(campaign_id, flag)

        await self._fleet.everywhere("resume", clear)

    async def agree(self, telephony: Telephony) -> None:
        """Bring a PBX up to date on pauses and resumptions that it missed. Raise `Unavailable`."""
        now = self._clock.now()
        async with self._store.read() as work:
            paused = await work.campaigns.in_state(CampaignState.PAUSED)
            running = await work.campaigns.in_state(CampaignState.RUNNING)
        for campaign in [*paused, *running]:
            if campaign.definition.ends_at > now:
                await self._agree_on(telephony, campaign.id)

    async def heed(self, telephony: Telephony, refused: Collection[AttemptId]) -> None:
        """Check the pauses for which the PBX refuses calls: they may have ended while it was away.

        Raise `Unavailable`.
        """
        async with self._store.read() as work:
            attempts = (await work.attempts.get_many(refused)).values()
        for campaign_id in {attempt.campaign_id for attempt in attempts}:
            await self._agree_on(telephony, campaign_id)

    async def _agree_on(self, telephony: Telephony, campaign_id: CampaignId) -> None:
        """Set the flag right by the state of the campaign.

        The flag is read before the campaign: one that is set meanwhile is another, and stays.
        """
        flag = await telephony.pause_flag(campaign_id)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
        if campaign.state is CampaignState.PAUSED and flag is None:
            await telephony.set_pause(campaign_id, campaign.definition.ends_at)
        elif campaign.state is CampaignState.RUNNING and flag is not None:
            await telephony.clear_pause(campaign_id, flag)
            log.info("the flag of a pause that has ended is cleared", pbx=telephony.pbx, campaign=campaign_id)

    async def _may_leave(self, campaign: Campaign, alive: Collection[Attempt]) -> set[AttemptId]:
        """Return the attempts whose INVITE may still leave."""
        waiting: set[AttemptId] = set()

        async def ask(telephony: Telephony) -> None:
            """Set the flag first, again where a late process cleared an earlier one."""
            if await telephony.pause_flag(campaign.id) is None:
                await telephony.set_pause(campaign.id, campaign.definition.ends_at)
            mine = [attempt.id for attempt in alive if attempt.pbx == telephony.pbx]
            if mine:
                waiting.update(await telephony.passing(mine))

        silent = await self._fleet.everywhere("pause", ask)
        asked = self._fleet.telephonies.keys() - silent.keys()
        others = [attempt.id for attempt in alive if attempt.pbx not in asked]
        async with self._store.read() as work:
            known = await work.attempts.get_many(others) if others else {}
        return waiting | {attempt.id for attempt in known.values() if not _has_left(attempt)}


def _has_left(attempt: Attempt) -> bool:
    """Tell whether its INVITE has left or never will: the network answered it, or it is over."""
    return not attempt.alive or attempt.ringing_at is not None or attempt.answered_at is not None
