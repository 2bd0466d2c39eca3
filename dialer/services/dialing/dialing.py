"""The dialling loop, and the suspension of all dialling for the clock or the ledger.

Shortly before every free slot it claims a due contact, decides, commits, and only then sends the
call. A suspension precedes any reading of contacts (T030, T130).
"""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Protocol

import structlog

from dialer.domain.base.errors import DialerError, IllegalTransition, NotNow, Unavailable, place_of
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.retry import REVIEW
from dialer.domain.calls.trunk_health import UNHEARD_MOST
from dialer.domain.campaigns.campaign import Campaign, CampaignState, CampaignVerb, PauseCause
from dialer.domain.decision.record import ReasonCode
from dialer.domain.ledger.entries_admin import suspension_changed
from dialer.domain.oppositions.suppression import sponsor_key
from dialer.ports.clock import Clock
from dialer.ports.meter import Meter
from dialer.ports.telephony import CallOrder
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.services.acts.campaigns import move_campaign, pause
from dialer.services.calls.call_guards import CallGuards
from dialer.services.calls.pacing import LiveCalls
from dialer.services.decision.decider import Decider, TrunkPlan
from dialer.services.dialing.claim import Claiming, ClaimingWork
from dialer.services.dialing.sending import Sending
from dialer.services.pbx.fleet import Fleet

log = structlog.get_logger()


NO_TROUBLE = frozenset[ReasonCode]()


class Suspension:
    """A suspension of all dialling while the clock or the ledger is in doubt.

    Its beginning, each change of its reasons and its end are one entry of the ledger each, however
    long it lasts.
    """

    def __init__(self, store: Store[UnitOfWork], decider: Decider, clock: Clock) -> None:
        self._store = store
        self._decider = decider
        self._clock = clock
        self._recorded = NO_TROUBLE

    async def lasts(self) -> bool:
        """Tell whether dialling is suspended now, and record any change.

        Raise `Unavailable` where a change cannot be recorded: the next look records it then.
        """
        reasons = self._decider.troubles()
        if reasons != self._recorded:
            event = suspension_changed(sorted(reasons), detail=self._clock.doubt(), at=self._clock.now())
            async with self._store.write() as work:
                work.record(event)
            log.warning("dialling suspended" if reasons else "dialling goes on", reasons=sorted(reasons))
            self._recorded = reasons
        return bool(reasons)


HORIZON_S = 0.1
"""Seconds from a claim to its slot. Fewer transactions, and a pause waits no longer than this."""
IDLE_S = 0.25
SERVICE_NAME = "dialling loop"


class DialingWork(ClaimingWork, Protocol):
    """The unit of work of the dialling loop: it claims contacts, pauses and completes campaigns."""


class DialingLoop:
    def __init__(
        self,
        store: Store[DialingWork],
        fleet: Fleet,
        decider: Decider,
        live_calls: LiveCalls,
        clock: Clock,
        sending: Sending,
        meter: Meter,
        call_guards: CallGuards,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._claiming = Claiming(store, decider, clock)
        self._live_calls = live_calls
        self._clock = clock
        self._trunks = decider.trunks
        self._suspension = Suspension(store, decider, clock)
        self._call_guards = call_guards
        self._meter = meter
        self._sending = sending
        self._turns = 0

    async def run(self) -> None:
        """Dial until cancelled.

        A database that is away, or contradicts us, stops the dialling, not the service.
        """
        try:
            while True:
                try:
                    busy = await self.turn()
                except DialerError as error:
                    log.error("dialling suspended", error=str(error))
                    busy = False
                await asyncio.sleep(HORIZON_S / 2 if busy else IDLE_S)
        finally:
            await self._sending.close()

    async def turn(self) -> bool:
        """Give every running campaign its slots once, each in turn the first.

        Return whether any had work.
        """
        if await self._suspension.lasts():
            return False
        async with self._store.read() as work:
            running = await work.campaigns.in_state(CampaignState.RUNNING)
        busy = False
        self._turns += 1
        first = self._turns % max(1, len(running))
        for campaign in (*running[first:], *running[:first]):
            busy |= await self._apart(campaign)
        return busy

    async def _apart(self, campaign: Campaign) -> bool:
        """Dial a campaign. An error there pauses that campaign only."""
        try:
            return await self._dial(campaign)
        except Unavailable:
            raise
        except Exception as error:
            reason = f"internal error: {place_of(error)}"
            await pause(self._store, self._clock, campaign.id, PauseCause.ERROR, reason)
            return False

    async def _dial(self, campaign: Campaign) -> bool:
        trunk = self._trunks.get(campaign.definition.trunk)
        telephony = self._fleet.choose(trunk.pbxs, self._live_calls.on_pbx) if trunk else None
        if trunk is None or telephony is None or not await self._call_guards.clear(campaign):
            return False
        pace = await self._call_guards.trunks.pace(trunk.facts.name)
        if pace == 0:
            return False
        room = self._room(campaign, trunk, pace)
        if room == 0:
            return True
        try:
            judgements = await self._claiming.claim(campaign, telephony.pbx, room)
        except NotNow:
            return False
        permitted = [(j.outcome, j.cut_at) for j in judgements if isinstance(j.outcome, Attempt)]
        self._meter.decided(
            permits=len(permitted),
            refusals=(j.decision.codes for j in judgements if not j.decision.permitted),
        )
        self._sending.put([call_order(attempt, campaign, cut_at) for attempt, cut_at in permitted], telephony)
        if not judgements:
            await self._complete_if_done(campaign)
        return bool(judgements)

    def _room(self, campaign: Campaign, trunk: TrunkPlan, pace: float) -> int:
        """Return the number of calls to claim now.

        It is the least that campaign and trunk allow, in rate and at once. `pace` is the share of
        its rate for the trunk. A silent trunk gets no more calls.
        """
        pacing, name = campaign.definition.pacing, trunk.facts.name
        for_campaign, part = self._fleet.shares(pacing.max_concurrent, trunk.pbxs)
        for_trunk, _ = self._fleet.shares(trunk.max_concurrent, trunk.pbxs)
        unheard_most, _ = self._fleet.shares(UNHEARD_MOST, trunk.pbxs)
        rates = pacing.calls_per_second * part, trunk.calls_per_second * part * pace
        return max(
            0,
            min(
                self._sending.free(campaign.id, name, rates, HORIZON_S),
                unheard_most - self._live_calls.unheard(name),
                for_campaign - self._live_calls.on_campaign(campaign.id),
                for_trunk - self._live_calls.on_trunk(name),
            ),
        )

    async def _complete_if_done(self, campaign: Campaign) -> None:
        """Complete a campaign without work left.

        Contacts closed for review may be put back as long as calls are possible.
        """
        async with self._store.read() as work:
            if await work.campaigns.unfinished(campaign.id):
                return
            if self._clock.now() < campaign.definition.ends_at:
                counts = await work.campaigns.progress(campaign.id)
                if counts.refused.get(REVIEW):
                    return
        # Meanwhile an operator may have paused it, or another process have completed it.
        with suppress(IllegalTransition):
            async with self._store.write() as work:
                await move_campaign(
                    work, campaign.id, CampaignVerb.COMPLETE, by=SERVICE_NAME, at=self._clock.now()
                )


def call_order(attempt: Attempt, campaign: Campaign, cut_at: datetime | None) -> CallOrder:
    call = campaign.definition.call
    return CallOrder(attempt, sponsor_key(attempt.sponsor), call.ring_timeout_s, call.longest_s, cut_at)
