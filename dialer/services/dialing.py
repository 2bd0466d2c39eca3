"""The dialling loop: at every free slot, claim a due contact, decide, commit, and only then send. The only sender of Originates."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial

import structlog

from dialer.domain.advance import OVERTAKEN
from dialer.domain.attempt import Attempt
from dialer.domain.call_events import AttemptId
from dialer.domain.campaign import Campaign, CampaignVerb
from dialer.domain.errors import IllegalTransition, NotNow, NotOriginated, Unavailable
from dialer.domain.pacing import Pacer
from dialer.domain.suppression import sponsor_key
from dialer.domain.trunk_health import UNHEARD_MOST
from dialer.ports.clock import Clock
from dialer.ports.meter import Meter
from dialer.ports.store import Store
from dialer.ports.telephony import CallOrder, Telephony
from dialer.services.board import Board
from dialer.services.consumer import Consumer
from dialer.services.fleet import Fleet
from dialer.services.guards import Guards
from dialer.services.judge import Judge, TrunkPlan
from dialer.services.suspension import Suspension

log = structlog.get_logger()

HORIZON_S = 0.1
"""Calls are claimed this far ahead of their slot: fewer transactions, and a pause waits no longer than this for them."""
IDLE_S = 0.25
LOOK_AHEAD = 500
"""Contacts judged in one transaction while looking for one that may be called."""
SERVICE_NAME = "dialling loop"
LONGEST_CALL_S = 180
"""Where the campaign names no `max_duration_s` (rules 2.10, "Ring")."""


class Dialing:
    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        judge: Judge,
        board: Board,
        clock: Clock,
        consumers: Mapping[str, Consumer],
        meter: Meter,
        guards: Guards,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._judge = judge
        self._board = board
        self._clock = clock
        self._trunks = judge.trunks
        self._suspension = Suspension(store, judge, clock)
        self._consumers = consumers
        self._guards = guards
        self._meter = meter
        self._pacers: dict[str, Pacer] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Dial until cancelled; a database that is away stops the dialling, not the service."""
        try:
            while True:
                try:
                    busy = await self.turn()
                except Unavailable as error:
                    log.error("dialling suspended", error=str(error))
                    busy = False
                await asyncio.sleep(HORIZON_S / 2 if busy else IDLE_S)
        finally:
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def turn(self) -> bool:
        """Give every running campaign its slots once; return whether any had work."""
        if await self._suspension.lasts():
            return False
        busy = False
        for campaign in await self._store.campaigns.running():
            busy |= await self._dial(campaign)
        return busy

    async def _dial(self, campaign: Campaign) -> bool:
        trunk = self._trunks.get(campaign.definition.trunk)
        telephony = self._fleet.choose(trunk.pbxs, self._board.on_pbx) if trunk else None
        if trunk is None or telephony is None or not await self._guards.clear(campaign):
            return False
        room = self._room(campaign, trunk, await self._guards.trunks.pace(trunk.facts.name))
        if room == 0:
            return True
        try:
            judgements = await self._store.attempts.claim(
                campaign.id,
                now=self._clock.now(),
                limit=LOOK_AHEAD,
                permits=room,
                judge=partial(self._judge.claimed, pbx=telephony.pbx),
            )
        except NotNow:
            return False
        permitted = [j.outcome for j in judgements if isinstance(j.outcome, Attempt)]
        self._meter.decided(
            permits=len(permitted),
            refusals=(j.decision.codes for j in judgements if not j.decision.permitted),
        )
        cuts = {j.outcome.id: j.cut_at for j in judgements if isinstance(j.outcome, Attempt)}
        await self._send_all(permitted, cuts, campaign, telephony)
        if not judgements:
            await self._complete_if_done(campaign)
        return bool(judgements)

    def _room(self, campaign: Campaign, trunk: TrunkPlan, pace: float) -> int:
        """How many calls may be claimed now: the least of what campaign and trunk allow, in rate and at once.

        `pace`: the share of its rate that the trunk is given. A trunk that says nothing at all is sent no more.
        """
        now, pacing = self._clock.monotonic(), campaign.definition.pacing
        for_campaign, part = self._fleet.shares(pacing.max_concurrent, trunk.pbxs)
        for_trunk, _ = self._fleet.shares(trunk.max_concurrent, trunk.pbxs)
        return max(
            0,
            min(
                self._pacer(campaign.id, pacing.calls_per_second * part).slots(now, HORIZON_S),
                self._pacer(trunk.facts.name, trunk.calls_per_second * part * pace).slots(now, HORIZON_S),
                UNHEARD_MOST - self._board.unheard(trunk.facts.name),
                for_campaign - self._board.on_campaign(campaign.id),
                for_trunk - self._board.on_trunk(trunk.facts.name),
            ),
        )

    def _pacer(self, name: str, calls_per_second: float) -> Pacer:
        pacer = self._pacers.setdefault(name, Pacer(calls_per_second))
        pacer.calls_per_second = calls_per_second
        return pacer

    async def _send_all(
        self,
        permitted: list[Attempt],
        cuts: Mapping[AttemptId, datetime | None],
        campaign: Campaign,
        telephony: Telephony,
    ) -> None:
        """`cuts`: when each call is cut, by attempt."""
        now = self._clock.now()
        moved = (
            set(
                await self._store.attempts.originating(
                    [attempt.id for attempt in permitted],
                    at=now,
                    driver=self._consumers[telephony.pbx].lease.driver,
                )
            )
            if permitted
            else set()
        )
        for attempt in permitted:
            if attempt.id not in moved:
                self._consumers[telephony.pbx].not_sent(attempt, OVERTAKEN)
            else:
                self._board.put(attempt)
                order = call_order(attempt, campaign, cuts[attempt.id])
                task = asyncio.create_task(self._send(order, self._slot(campaign), telephony))
                self._sending.add(task)
                self._meter.depth("originates", len(self._sending))
                task.add_done_callback(self._sending.discard)

    def _slot(self, campaign: Campaign) -> float:
        """The later of the two next slots, so that neither rate is ever exceeded."""
        now = self._clock.monotonic()
        return max(self._pacers[campaign.id].take(now), self._pacers[campaign.definition.trunk].take(now))

    async def _send(self, order: CallOrder, slot: float, telephony: Telephony) -> None:
        await asyncio.sleep(max(0.0, slot - self._clock.monotonic()))
        if not self._consumers[telephony.pbx].lease.held:
            # Whoever drives the PBX from now on finds it unsent.
            return
        started = self._clock.monotonic()
        try:
            await telephony.originate(order)
            self._meter.originated(self._clock.monotonic() - started)
        except NotOriginated as error:
            self._consumers[telephony.pbx].not_sent(order.attempt, str(error))
        except Unavailable as error:
            # Whether it left is unknown: the next recovery of this PBX finds out. It is never sent again.
            log.warning("originate unanswered", attempt=order.attempt.id, pbx=telephony.pbx, error=str(error))

    async def _complete_if_done(self, campaign: Campaign) -> None:
        if await self._store.campaigns.unfinished(campaign.id):
            return
        # Meanwhile an operator may have paused it, or another process have found the same.
        with suppress(IllegalTransition):
            await self._store.campaigns.move(
                campaign.id, CampaignVerb.COMPLETE, by=SERVICE_NAME, at=self._clock.now()
            )


def call_order(attempt: Attempt, campaign: Campaign, cut_at: datetime | None) -> CallOrder:
    call = campaign.definition.call
    longest_s = call.max_duration_s or LONGEST_CALL_S
    return CallOrder(attempt, sponsor_key(attempt.sponsor), call.ring_timeout_s, longest_s, cut_at)
