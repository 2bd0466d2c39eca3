"""A campaign's life: created, checked, approved by another person, started, paused, stopped."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Protocol

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import Conflict, Forbidden, InvalidInput, Problem
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import (
    DEFAULT_REASON,
    Campaign,
    CampaignState,
    CampaignVerb,
    PauseCause,
    next_state,
)
from dialer.domain.campaigns.campaign_definition import CampaignDefinition
from dialer.domain.campaigns.script import text_problems
from dialer.domain.preflight.campaign_checks import check_definition, script_rules
from dialer.ports.clock import Clock
from dialer.ports.consent import HasContacts
from dialer.ports.oppositions import HasOppositionLists
from dialer.ports.unit_of_work import Store
from dialer.services.acts import campaigns
from dialer.services.campaigns.scripts import Scripts
from dialer.services.decision.decider import Decider
from dialer.services.pbx.pauses import Pauses
from dialer.services.preflight import approval_problems


class CampaignLifeWork(campaigns.CampaignWork, HasContacts, HasOppositionLists, Protocol):
    """The unit of work of a campaign's life. It reads the list for an approval or a start."""


class Campaigns:
    def __init__(
        self,
        store: Store[CampaignLifeWork],
        decider: Decider,
        scripts: Scripts,
        clock: Clock,
        demand_erasure: Callable[[], Awaitable[None]],
        pauses: Pauses,
    ) -> None:
        self._store = store
        self._decider = decider
        self._scripts = scripts
        self._clock = clock
        self._demand_erasure = demand_erasure
        self._pauses = pauses

    async def create(
        self, actor: Actor, definition: CampaignDefinition, recordings: Mapping[str, bytes] | None = None
    ) -> Campaign:
        """Store a draft. Raise `Conflict` while retention fails.

        Raise `InvalidInput` for faults that show in the file alone.
        """
        actor.demand(Right.CREATE_CAMPAIGN)
        await self._demand_erasure()
        packs, now = self._decider.packs, self._clock.now()
        rules = script_rules(definition, packs, now)
        problems = (*check_definition(definition, packs, now), *text_problems(definition, rules))
        if problems:
            raise InvalidInput("the campaign breaks its rules", problems)
        campaign = Campaign(
            CampaignId(f"c{uuid.uuid4().hex[:12]}"), definition, CampaignState.DRAFT, actor.name, now
        )
        await self._scripts.keep(campaign, recordings or {})
        async with self._store.write() as work:
            await campaigns.add_campaign(work, campaign)
        return campaign

    async def get(self, actor: Actor, campaign_id: CampaignId) -> Campaign:
        actor.demand(Right.READ_CAMPAIGNS)
        async with self._store.read() as work:
            return await work.campaigns.get(campaign_id)

    async def page(
        self, actor: Actor, *, after: CampaignId | None = None, limit: int = 100
    ) -> list[Campaign]:
        actor.demand(Right.READ_CAMPAIGNS)
        async with self._store.read() as work:
            return await work.campaigns.page(after=after, limit=limit)

    async def approve(self, actor: Actor, campaign_id: CampaignId) -> Campaign:
        """Check everything that needs trunk, contacts and prompts, and freeze the script.

        The maker is not the approver (T125).
        """
        actor.demand(Right.APPROVE)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
        next_state(campaign.state, CampaignVerb.APPROVE)
        self._check_approver(actor, campaign)
        await self._check_rules(campaign)
        script = (await self._scripts.compile(campaign)).script
        # One act: no draft has a frozen script, and no approved campaign has none.
        async with self._store.write() as work:
            await campaigns.freeze_script(work, campaign_id, script)
            return await campaigns.move_campaign(
                work,
                campaign_id,
                CampaignVerb.APPROVE,
                by=actor.name,
                at=self._clock.now(),
                self_approved=actor.name == campaign.created_by,
            )

    async def start(self, actor: Actor, campaign_id: CampaignId) -> Campaign:
        """Start the campaign. Raise `Conflict` where it has no contacts.

        Raise `InvalidInput` where its audio is no longer the approved one.
        """
        actor.demand(Right.CONTROL_CAMPAIGN)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
            contacts = await work.contacts.count(campaign_id)
        next_state(campaign.state, CampaignVerb.START)
        if contacts == 0:
            raise Conflict("the campaign has no contacts", hint="import some with `dialer contacts import`")
        await self._scripts.check(campaign)
        return await self._move(actor, campaign_id, CampaignVerb.START, "")

    async def pause(self, actor: Actor, campaign_id: CampaignId, reason: str = DEFAULT_REASON) -> Campaign:
        """Pause. Return only when no further INVITE can leave for this campaign.

        Calls in progress finish. Raise `Unavailable` where that is unknown of a PBX; the campaign
        is paused all the same.
        """
        actor.demand(Right.CONTROL_CAMPAIGN)
        campaign = await self._move(actor, campaign_id, CampaignVerb.PAUSE, reason, PauseCause.OPERATOR)
        await self._pauses.hold(campaign)
        return campaign

    async def resume(self, actor: Actor, campaign_id: CampaignId, reason: str = "") -> Campaign:
        """Resume the campaign.

        Raise `Conflict` for a campaign that a restoration paused, unless a reason shows that a
        person answers for the unknown calls.
        """
        actor.demand(Right.CONTROL_CAMPAIGN)
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
        if campaign.pause_cause is PauseCause.RESTORED and not reason.strip():
            raise Conflict(
                f"the campaign was {campaign.reason}",
                hint="whoever was called in its last moments may be called again: resume it with a reason, or stop it",
            )
        next_state(campaign.state, CampaignVerb.RESUME)
        await self._scripts.check(campaign)
        await self._pauses.release(campaign_id)
        return await self._move(actor, campaign_id, CampaignVerb.RESUME, reason)

    async def stop(self, actor: Actor, campaign_id: CampaignId, reason: str = DEFAULT_REASON) -> Campaign:
        """Stop for good. Return, like `pause`, only when no further INVITE can leave."""
        actor.demand(Right.CONTROL_CAMPAIGN)
        campaign = await self._move(actor, campaign_id, CampaignVerb.STOP, reason)
        await self._pauses.hold(campaign)
        return campaign

    async def change_poll_dates(
        self, actor: Actor, campaign_id: CampaignId, dates: Mapping[str, date], reason: str
    ) -> Campaign:
        """Move poll dates by decree, for every decision from now on (T040).

        The actor must be one who could approve the campaign. Raise `InvalidInput` without a reason,
        and as `acts.campaigns.change_poll_dates`.
        """
        actor.demand(Right.APPROVE)
        if not reason.strip():
            problem = Problem("reason", "is empty: name the decree")
            raise InvalidInput("poll dates are changed for a reason", (problem,))
        async with self._store.read() as work:
            campaign = await work.campaigns.get(campaign_id)
        self._check_approver(actor, campaign)
        async with self._store.write() as work:
            return await campaigns.change_poll_dates(
                work, campaign_id, dates, by=actor.name, at=self._clock.now(), reason=reason
            )

    async def _move(
        self,
        actor: Actor,
        campaign_id: CampaignId,
        verb: CampaignVerb,
        reason: str,
        cause: PauseCause | None = None,
    ) -> Campaign:
        async with self._store.write() as work:
            return await campaigns.move_campaign(
                work, campaign_id, verb, by=actor.name, at=self._clock.now(), reason=reason, cause=cause
            )

    def _check_approver(self, actor: Actor, campaign: Campaign) -> None:
        if actor.name == campaign.created_by and not self._decider.all_loopback:
            raise Forbidden(
                "who made a campaign may not approve it",
                hint="let somebody else approve; only where every trunk is on loopback may one person do both",
            )

    async def _check_rules(self, campaign: Campaign) -> None:
        if problems := await approval_problems(self._store, self._decider, campaign):
            raise InvalidInput("the campaign cannot be approved", problems)
