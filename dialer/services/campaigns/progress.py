"""The progress of a campaign, the reason for which it waits, and the upkeep of its counts.

The counts are folded each minute, and compared with the stored rows each night.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

import structlog

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Unavailable
from dialer.domain.base.types import CampaignId
from dialer.domain.calls.retry import REVIEW
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.probes.probe import Probe
from dialer.ports.access import HasKeys
from dialer.ports.calls import HasTrunks
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.pbx import HasHalts
from dialer.ports.records import Progress
from dialer.ports.unit_of_work import Store
from dialer.services.decision.decider import Decider
from dialer.services.oppositions.callback_line import LineProofs
from dialer.services.pbx.fleet import Fleet

log = structlog.get_logger()

FOLD_EVERY_S = 60.0
RECOUNT_HOUR = 2
"""Hour in UTC at which no call is lawful in any French territory outside the Pacific."""


class Counts:
    """The upkeep of the counts behind every campaign's progress."""

    def __init__(self, store: Store[HasCampaigns], clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._recounted = clock.now().date()

    async def run(self) -> None:
        while True:
            await asyncio.sleep(FOLD_EVERY_S)
            try:
                await self.tend()
            except Unavailable as error:
                log.warning("counts not tended", error=str(error))

    async def tend(self) -> None:
        """Fold the counts, and compare them once a night, first in the night after the start."""
        async with self._store.write() as work:
            await work.campaigns.fold_counts()
        now = self._clock.now()
        if now.date() > self._recounted and now.hour >= RECOUNT_HOUR:
            async with self._store.write() as work:
                wrong = await work.campaigns.recount()
            self._recounted = now.date()
            if wrong:
                log.error("counts of progress were wrong and are mended", facts=wrong)


class ProgressWork(HasCampaigns, HasHalts, HasKeys, HasTrunks, Protocol):
    """The unit of work that reads a campaign's progress."""


@dataclass(frozen=True, slots=True)
class CampaignProgress:
    """The progress of a campaign.

    `waiting` says in one line why nothing is dialled at the moment; empty while it dials. `probes`
    holds the last one of each number shown. `probe_required` False means a loopback trunk, which
    shows its numbers to no outsider.
    """

    campaign: Campaign
    counts: Progress
    waiting: str
    probes: tuple[Probe, ...]
    probe_required: bool


class ProgressReader:
    def __init__(
        self, store: Store[ProgressWork], fleet: Fleet, decider: Decider, proofs: LineProofs, clock: Clock
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._decider = decider
        self._proofs = proofs
        self._clock = clock

    async def of(self, actor: Actor, campaign_id: CampaignId) -> CampaignProgress:
        actor.demand(Right.READ_CAMPAIGNS)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
            counts = await work.campaigns.progress(campaign_id)
            halt = await work.halts.state()
        waiting = (
            f"halted by {halt.by}: {halt.reason}" if halt.halted else await self._waiting(campaign, counts)
        )
        probes = await self._proofs.latest(campaign)
        return CampaignProgress(
            campaign, counts, waiting, tuple(probes.values()), self._proofs.needed(campaign)
        )

    async def _waiting(self, campaign: Campaign, counts: Progress) -> str:
        now = self._clock.now()
        if campaign.state is not CampaignState.RUNNING:
            return f"{campaign.state}: {campaign.reason}" if campaign.reason else str(campaign.state)
        if now < campaign.definition.starts_at:
            return f"starts at {campaign.definition.starts_at.isoformat()}"
        if doubt := self._clock.doubt():
            return doubt
        if why := self._decider.ledger.why:
            return f"the ledger is not writable: {why}"
        async with self._store.read() as work:
            made = await work.keys.being_made()
            rests_until = await work.trunks.rests_until(campaign.definition.trunk)
        if made:
            return f"the fingerprint keys are being changed to version {made.version}: nobody is judged until that has ended"
        if trouble := self._no_trunk(campaign):
            return trouble
        if rests_until and now < rests_until:
            until = rests_until.isoformat(timespec="seconds")
            return f"trunk {campaign.definition.trunk} asks to be sent no call before {until} (Retry-After)"
        if missing := await self._proofs.missing(campaign):
            return missing
        review = counts.refused.get(REVIEW)
        if review and not counts.due and not counts.calling:
            return (
                f"everybody else is done, and {review} closed for review: have them judged again"
                " (`dialer contacts judge-again`), or stop the campaign"
            )
        if counts.calling == 0 and counts.next_due_at and counts.next_due_at > now:
            return f"nobody may be called before {counts.next_due_at.isoformat(timespec='seconds')}"
        return ""

    def _no_trunk(self, campaign: Campaign) -> str:
        name = campaign.definition.trunk
        plan = self._decider.trunks.get(name)
        if plan is None:
            return f"trunk {name!r} is not known: start a PBX with `dialer pbx up` or name it in dialer.toml"
        if self._fleet.driven and not any(self._fleet.at_work(pbx) for pbx in plan.pbxs):
            return f"no PBX of trunk {name!r} is connected: {', '.join(plan.pbxs)}"
        return ""
