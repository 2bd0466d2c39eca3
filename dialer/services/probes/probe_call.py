"""A call-back probe: ring a number of ours, and compare the sound with the greeting of its line."""

import asyncio
import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from dialer.domain.base.errors import DialerError
from dialer.domain.base.types import PhoneNumber, ProbeId
from dialer.domain.campaigns.campaign import Campaign
from dialer.domain.probes.greeting import BYTES_PER_S
from dialer.domain.probes.probe import Probe, ProbeOutcome, of_dialling, of_sound
from dialer.ports.campaigns.prompts import Prompts
from dialer.ports.clock import Clock
from dialer.ports.pbx.telephony import Line, ProbeEnd, ProbeOrder, Telephony
from dialer.ports.probes import ProbeSounds
from dialer.services.oppositions.callback_line import CallbackLine

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
