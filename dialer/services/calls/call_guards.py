"""Guards that pause a campaign by themselves.

They watch for prompts other than the approved ones, callees who hear silence, and a failing trunk.
"""

from collections.abc import Sequence
from typing import Protocol

from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import CampaignId
from dialer.domain.calls.attempt import Attempt, AttemptState
from dialer.domain.calls.call_events import RefusalCause
from dialer.domain.calls.trunk_health import PERIOD, abandoned
from dialer.domain.campaigns.campaign import Campaign, PauseCause
from dialer.domain.rulepacks.rulepack import RulePackIndex
from dialer.ports.campaigns import Prompts
from dialer.ports.clock import Clock
from dialer.ports.probes import HasProbes
from dialer.ports.unit_of_work import Store
from dialer.services.acts.campaigns import pause
from dialer.services.calls.trunk_breaker import BreakerWork, TrunkBreaker
from dialer.services.oppositions.callback_line import LineProofs

LOOK_EVERY_S = 5.0
"""Seconds between two comparisons of a running campaign's audio with the approved one (T102)."""


class GuardWork(BreakerWork, HasProbes, Protocol):
    """The unit of work of the guards, which pause campaigns by what calls and probes have shown."""


class CallGuards:
    def __init__(
        self,
        store: Store[GuardWork],
        prompts: Prompts,
        clock: Clock,
        proofs: LineProofs,
        packs: RulePackIndex,
    ) -> None:
        self._store = store
        self._packs = packs
        self._proofs = proofs
        self._prompts = prompts
        self._clock = clock
        self._looked: dict[str, float] = {}
        self.trunks = TrunkBreaker(store, clock)

    async def clear(self, campaign: Campaign) -> bool:
        """Tell whether the campaign may dial now.

        Its numbers must reach its line, and its audio must be the approved one.
        """
        return not await self._proofs.missing(campaign) and await self.sound(campaign)

    async def sound(self, campaign: Campaign) -> bool:
        """Tell whether the campaign's audio is the approved one.

        If not, pause it and name the part.
        """
        script, now = campaign.script or "", self._clock.monotonic()
        if now - self._looked.get(script, -LOOK_EVERY_S) < LOOK_EVERY_S:
            return True
        try:
            await self._prompts.check(script)
        except InvalidInput as error:
            await self._pause(campaign.id, PauseCause.SCRIPT, f"script: {error}")
            return False
        self._looked[script] = now
        return True

    async def check(self, pbx: str, attempts: Sequence[Attempt]) -> None:
        """Check attempts that have just ended and been stored.

        All counts come from the store, regardless of the process that made the calls.
        """
        for attempt in attempts:
            if attempt.state is AttemptState.LAPSED and attempt.lapse_reason is RefusalCause.SCRIPT:
                reason = f"script: a prompt is missing or empty on PBX {pbx}"
                await self._pause(attempt.campaign_id, PauseCause.SCRIPT, reason)
        await self.trunks.check(attempts)
        for campaign_id in {attempt.campaign_id for attempt in attempts if abandoned(attempt)}:
            async with self._store.read() as work:
                calls = await work.attempts.silent(campaign_id, since=self._clock.now() - PERIOD)
            if calls.too_many(await self._bearable(campaign_id)):
                what = f"{calls.abandoned} of {calls.answered} callees who answered heard nothing for 2 s"
                await self._pause(campaign_id, PauseCause.SILENCE, f"silence: {what}")

    async def _bearable(self, campaign_id: CampaignId) -> float:
        """Return the bearable share in per cent by today's rule pack, 0 where it names none."""
        async with self._store.read() as work:
            profile = (await work.campaigns.get(campaign_id)).definition.profile
        pack = self._packs.for_day(profile, self._clock.now().date())
        return pack.silent_calls.most_percent if pack else 0

    async def _pause(self, campaign_id: CampaignId, cause: PauseCause, reason: str) -> None:
        await pause(self._store, self._clock, campaign_id, cause, reason)
