"""Call-back probes: ring the numbers that campaigns show, and compare the sound with the greeting.

Numbers are rung before a campaign dials and every day. A campaign is paused where its number does
not answer as it must (FP-17, T093).
"""

import asyncio
import hashlib
import uuid
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import structlog

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Conflict, DialerError, Unavailable
from dialer.domain.base.types import CampaignId, PhoneNumber, ProbeId
from dialer.domain.campaigns.campaign import Campaign, CampaignState, PauseCause
from dialer.domain.ledger.entries_calls import number_probed
from dialer.domain.probes.greeting import BYTES_PER_S
from dialer.domain.probes.probe import Probe, ProbeOutcome, due, numbers_of, of_dialling, of_sound
from dialer.ports.campaigns import Prompts
from dialer.ports.clock import Clock
from dialer.ports.pbx import HasHalts
from dialer.ports.probes import HasProbes, ProbeFilter, ProbeSounds
from dialer.ports.telephony import Line, ProbeEnd, ProbeOrder, Telephony
from dialer.ports.unit_of_work import Store
from dialer.services.acts.campaigns import CampaignWork, pause
from dialer.services.calls.pacing import LiveCalls
from dialer.services.decision.decider import TrunkPlan
from dialer.services.oppositions.callback_line import CallbackLine, LineProofs
from dialer.services.pbx.fleet import Fleet

ORDER_LIFE = timedelta(seconds=10)
"""The PBX refuses an order that comes later."""
BEYOND_S = 3
"""Seconds of listening beyond the greeting: networks cut through late."""
LONGEST_S = 60
"""Seconds. Of a longer greeting the beginning is compared."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """The greeting expected: `sound` in A-law at 8 kHz, of the prompts `script`."""

    script: str
    sound: bytes

    @property
    def listen_s(self) -> int:
        return -(-len(self.sound) // BYTES_PER_S) + BEYOND_S


class ProbeCall:
    """The call of one probe, and the comparison of its sound with the greeting of the line."""

    def __init__(self, line: CallbackLine, prompts: Prompts, sounds: ProbeSounds, clock: Clock) -> None:
        self._line = line
        self._prompts = prompts
        self._sounds = sounds
        self._clock = clock

    async def make(
        self, campaign: Campaign, number: PhoneNumber, telephony: Telephony, asked_by: str
    ) -> Probe:
        """Make a probe. Raise no error of its own: the probe names any obstacle."""
        blank = self._blank(campaign, number, telephony.pbx, asked_by)
        try:
            line = await self._line.of(number, campaign.definition.sponsor.id)
            if line is None:
                return self._ended(blank, detail="no approved campaign of the sponsor has its prompts on it")
            greeting = await self._greeting(line)
            blank = replace(blank, script=greeting.script)
            await self._line.publish(telephony)
            end = await telephony.probe(self._order(blank, campaign, greeting))
            return await self._judged(blank, end, greeting)
        except DialerError as error:
            return self._ended(blank, detail=str(error))

    async def forget_unclaimed(self) -> None:
        await self._sounds.clear()

    def _blank(self, campaign: Campaign, number: PhoneNumber, pbx: str, asked_by: str) -> Probe:
        now = self._clock.now()
        return Probe(
            id=ProbeId(uuid.uuid4().hex),
            campaign_id=campaign.id,
            sponsor=campaign.definition.sponsor.id,
            number=number,
            shown=PhoneNumber(campaign.definition.caller_id),
            trunk=campaign.definition.trunk,
            pbx=pbx,
            script=campaign.script or "",
            asked_by=asked_by,
            started_at=now,
            ended_at=now,
            outcome=ProbeOutcome.NOT_MADE,
            detail="",
        )

    async def _greeting(self, line: Line) -> Greeting:
        silent = line.silent_from is not None and line.silent_from <= self._clock.now()
        name = "callback-silent" if silent else "callback"
        sound = await self._prompts.audio(line.script, name)
        return Greeting(line.script, sound[: LONGEST_S * BYTES_PER_S])

    def _order(self, blank: Probe, campaign: Campaign, greeting: Greeting) -> ProbeOrder:
        return ProbeOrder(
            id=blank.id,
            number=blank.number,
            shown=blank.shown,
            trunk=blank.trunk,
            ring_timeout_s=campaign.definition.call.ring_timeout_s,
            listen_s=greeting.listen_s,
            expires_at=self._clock.now() + ORDER_LIFE,
        )

    async def _judged(self, blank: Probe, end: ProbeEnd, greeting: Greeting) -> Probe:
        if end.dial_status is None:
            return self._ended(blank, detail=f"the PBX refused it: {end.refused}")
        told = replace(
            blank, dial_status=end.dial_status, hangup_cause=end.hangup_cause, sip_code=end.sip_code
        )
        if outcome := of_dialling(end.dial_status, end.hangup_cause, end.sip_code):
            code = f"SIP {end.sip_code}" if end.sip_code else f"cause {end.hangup_cause}"
            return self._ended(told, outcome, code)
        heard = await self._sounds.take(blank.id)
        if heard is None:
            return self._ended(told, detail="the PBX left no recording")
        judgement, likeness = await asyncio.to_thread(of_sound, greeting.sound, heard)
        if judgement is ProbeOutcome.PASSED:
            await self._sounds.keep(blank.id, heard)
        return replace(
            self._ended(told, judgement, f"{likeness.percent} % of the greeting was heard"),
            heard_ms=len(heard) * 1000 // BYTES_PER_S,
            likeness=likeness.percent,
            recording_sha256=hashlib.sha256(heard).hexdigest(),
        )

    def _ended(self, probe: Probe, outcome: ProbeOutcome = ProbeOutcome.NOT_MADE, detail: str = "") -> Probe:
        return replace(probe, ended_at=self._clock.now(), outcome=outcome, detail=detail)


log = structlog.get_logger()

LOOK_EVERY_S = 2.0
AGAIN_AFTER_S = 60.0
"""Between two tries of a number about which nothing was learnt."""
LONGEST_WAIT_S = 300.0
"""More than the longest call: with our place taken, no other call begins meanwhile."""
ROOM_EVERY_S = 0.05
PROBER = "call-back probe"


class ProbeWork(CampaignWork, HasHalts, HasProbes, Protocol):
    """The unit of work of call-back probes: each is stored, and may pause campaigns."""


class Probing:
    """Probes of the numbers that campaigns show: the due ones, and a campaign's on request."""

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
    """Take back the outcome of a probe that a halt hung up: it says nothing of the number."""
    return replace(probe, outcome=ProbeOutcome.NOT_MADE, detail="a halt ended it")


async def add_probe(work: ProbeWork, probe: Probe) -> None:
    await work.probes.add(probe)
    work.record(number_probed(probe))
