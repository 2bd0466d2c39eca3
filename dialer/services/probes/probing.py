"""Call-back probes of the numbers that campaigns show, before they dial and every day.

A campaign is paused where its number does not answer as it must (FP-17, T093).
"""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Protocol

import structlog

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.errors import Conflict, DialerError, Unavailable
from dialer.domain.base.types import CampaignId, PhoneNumber, ProbeId
from dialer.domain.campaigns.campaign import Campaign, CampaignState, PauseCause
from dialer.domain.ledger.entries_calls import number_probed
from dialer.domain.probes.probe import Probe, ProbeOutcome, due, numbers_of
from dialer.ports.clock import Clock
from dialer.ports.pbx.halts import HasHalts
from dialer.ports.pbx.telephony import Telephony
from dialer.ports.probes import HasProbes, ProbeFilter
from dialer.ports.unit_of_work import Store
from dialer.services.acts.campaigns import CampaignWork
from dialer.services.calls.live_calls import LiveCalls
from dialer.services.calls.pausing import pause
from dialer.services.decision.decider import TrunkPlan
from dialer.services.oppositions.line_proofs import LineProofs
from dialer.services.pbx.fleet import Fleet
from dialer.services.probes.probe_call import ProbeCall

log = structlog.get_logger()

LOOK_EVERY_S = 2.0
AGAIN_AFTER_S = 60.0
"""Between two tries of a number about which nothing was learnt."""
LONGEST_WAIT_S = 300.0
"""More than the longest call: with our place taken, no other call begins meanwhile."""
ROOM_EVERY_S = 0.05
PROBER = "call-back probe"


class ProbeWork(CampaignWork, HasHalts, HasProbes, Protocol):
    """The unit of work of call-back probes."""


class Probing:
    def __init__(
        self,
        store: Store[ProbeWork],
        fleet: Fleet,
        trunks: Mapping[str, TrunkPlan],
        proofs: LineProofs,
        call: ProbeCall,
        live_calls: LiveCalls,
        clock: Clock,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._trunks = trunks
        self._proofs = proofs
        self._call = call
        self._live_calls = live_calls
        self._clock = clock
        self._tried: dict[tuple[str, str], float] = {}

    async def run(self) -> None:
        """Run until cancelled."""
        await self._guarded(self._call.forget_unclaimed())
        while True:
            await self._guarded(self.turn())
            await asyncio.sleep(LOOK_EVERY_S)

    async def _guarded(self, work: Awaitable[None]) -> None:
        """Run some work, to be tried again after an error.

        A campaign whose numbers are not proved does not dial meanwhile.
        """
        try:
            await work
        except DialerError as error:
            log.error("numbers not probed", error=str(error))

    async def turn(self) -> None:
        """Ring the numbers due, one after the other: it is our own line that answers.

        No number is rung during a halt.
        """
        async with self._store.read() as work:
            if await work.halts.halted():
                return
            running = await work.campaigns.in_state(CampaignState.RUNNING)
        for campaign in running:
            if self._proofs.needed(campaign):
                await self._guarded(self._ring_due(campaign))

    async def _ring_due(self, campaign: Campaign) -> None:
        latest = await self._proofs.latest(campaign)
        telephony = self._telephony(campaign)
        for number in numbers_of(campaign):
            if telephony and due(number, latest, self._clock.now()) and self._may_try(campaign, number):
                await self._probe(campaign, number, telephony, PROBER)

    async def run_now(self, actor: Actor, campaign_id: CampaignId) -> list[Probe]:
        """Ring every number of the campaign, due or not.

        Raise `Conflict` before its approval, `Unavailable` without a PBX.
        """
        actor.demand(Right.CONTROL_CAMPAIGN)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
        if campaign.approved_at is None:
            raise Conflict("before the approval there is no greeting to expect", hint="approve the campaign")
        telephony = self._telephony(campaign)
        if telephony is None:
            raise Unavailable(
                f"no PBX of trunk {campaign.definition.trunk!r} is connected", hint="see `dialer pbx status`"
            )
        return [await self._probe(campaign, number, telephony, actor.name) for number in numbers_of(campaign)]

    async def page(
        self, actor: Actor, campaign_id: CampaignId, *, after: ProbeId | None = None, limit: int = 100
    ) -> list[Probe]:
        """Return all probes of the campaign's numbers for its sponsor, made for any campaign."""
        actor.demand(Right.READ_CAMPAIGNS)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
            sponsor = campaign.definition.sponsor.id
            return await work.probes.page(ProbeFilter(sponsor, numbers_of(campaign), after, limit))

    def _telephony(self, campaign: Campaign) -> Telephony | None:
        """Choose a PBX.

        A process that does not drive its PBXs only knows their names; an absent one then reports
        itself.
        """
        plan = self._trunks.get(campaign.definition.trunk)
        names = plan.pbxs if plan else ()
        if self._fleet.driven:
            return self._fleet.choose(names, lambda _: 0)
        return next(
            (self._fleet.telephonies[name] for name in names if name in self._fleet.telephonies), None
        )

    def _may_try(self, campaign: Campaign, number: PhoneNumber) -> bool:
        last = self._tried.get((campaign.definition.sponsor.id, number))
        return last is None or self._clock.monotonic() - last >= AGAIN_AFTER_S

    async def _probe(
        self, campaign: Campaign, number: PhoneNumber, telephony: Telephony, asked_by: str
    ) -> Probe:
        with self._live_calls.taken(campaign.definition.trunk):
            await self._room(campaign)
            probe = await self._call.make(campaign, number, telephony, asked_by)
        async with self._store.write() as work:
            if probe.failed and await work.halts.halted():
                probe = halted(probe)
            await add_probe(work, probe)
        log.info(
            "number probed", probe=probe.id, campaign=campaign.id, outcome=probe.outcome, detail=probe.detail
        )
        key = (probe.sponsor, number)
        self._tried.pop(key, None)
        if probe.outcome is ProbeOutcome.NOT_MADE:
            self._tried[key] = self._clock.monotonic()
        elif probe.failed:
            await self._pause_all(probe)
        return probe

    async def _room(self, campaign: Campaign) -> None:
        """Wait until the trunk has a line for us.

        Its operator would refuse one too many, as if the number were at fault. Raise `Unavailable`
        where none comes free.
        """
        trunk = campaign.definition.trunk
        plan = self._trunks.get(trunk)
        if plan is None:
            return
        most, _ = self._fleet.shares(plan.max_concurrent, plan.pbxs)
        for _ in range(round(LONGEST_WAIT_S / ROOM_EVERY_S)):
            if self._live_calls.on_trunk(trunk) <= max(1, most):
                return
            await asyncio.sleep(ROOM_EVERY_S)
        raise Unavailable(f"trunk {trunk!r} had no line free for a call-back probe")

    async def _pause_all(self, probe: Probe) -> None:
        """Pause every campaign of the sponsor that shows the number."""
        async with self._store.read() as work:
            running = await work.campaigns.in_state(CampaignState.RUNNING)
        for campaign in running:
            shows = probe.number in campaign.definition.own_numbers
            if shows and campaign.definition.sponsor.id == probe.sponsor and self._proofs.needed(campaign):
                reason = f"{PROBER}: {probe.says()}"
                await pause(self._store, self._clock, campaign.id, PauseCause.PROBE, reason)


def halted(probe: Probe) -> Probe:
    """A halt hangs up probes, too: how it ended says nothing of the number."""
    return replace(probe, outcome=ProbeOutcome.NOT_MADE, detail="a halt ended it")


async def add_probe(work: ProbeWork, probe: Probe) -> None:
    await work.probes.add(probe)
    work.record(number_probed(probe))
