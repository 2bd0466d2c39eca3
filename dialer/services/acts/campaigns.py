"""Acts on a campaign, each with its evidence, for every service that moves one.

Those that take `work` are part of the caller's unit; `pause` opens its own.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

import structlog

from dialer.domain.base.errors import IllegalTransition
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import SILENT_WITH_OTHERS, Campaign, CampaignVerb, PauseCause, moved
from dialer.domain.ledger.entries_admin import campaign_created, campaign_moved, poll_dates_changed
from dialer.domain.ledger.row_digests import CampaignMove
from dialer.domain.preflight.campaign_checks import with_poll_dates
from dialer.domain.upkeep import campaign_ended
from dialer.ports.campaigns import HasCampaigns
from dialer.ports.clock import Clock
from dialer.ports.pbx import HasHalts
from dialer.ports.records import CampaignSnapshot
from dialer.ports.unit_of_work import Store, UnitOfWork

log = structlog.get_logger()

GUARD = "call guard"


class StandingWork(HasCampaigns, HasHalts, Protocol):
    """The unit of work that reads a campaign for a decision."""


async def standing_of(work: StandingWork, campaign_id: CampaignId, *, lock: bool = False) -> CampaignSnapshot:
    """Read a campaign with the halt and the elections that silence it. Raise `NotFound`.

    `lock`: neither the campaign's state nor the halt can change before the unit ends. The campaign
    is locked first, by all.
    """
    campaign = await work.campaigns.get(campaign_id, lock="shared" if lock else None)
    halted = await work.halts.halted(lock=lock)
    sponsor = campaign.definition.sponsor.id
    silences = await work.campaigns.elections(sponsor, SILENT_WITH_OTHERS, but=campaign.id)
    return CampaignSnapshot(campaign, halted, silences)


class CampaignWork(HasCampaigns, UnitOfWork, Protocol):
    """The unit of work of an act on a campaign."""


async def add_campaign(work: CampaignWork, campaign: Campaign) -> None:
    await work.campaigns.add(campaign)
    work.record(campaign_created(campaign))


async def move_campaign(
    work: CampaignWork,
    campaign_id: CampaignId,
    verb: CampaignVerb,
    *,
    by: str,
    at: datetime,
    reason: str = "",
    cause: PauseCause | None = None,
    self_approved: bool = False,
) -> Campaign:
    """Move the campaign; a pause has a `cause`. Raise `NotFound`, `IllegalTransition`."""
    before = await work.campaigns.get(campaign_id, lock="exclusive")
    after = moved(before, verb, by=by, at=at, reason=reason, cause=cause, self_approved=self_approved)
    await work.campaigns.save(after, before=before)
    await work.campaigns.add_move(CampaignMove(campaign_id, verb, by, at, reason))
    work.record(campaign_moved(after, verb, by=by, at=at))
    if after.state.is_final:
        work.notify(campaign_ended(after, by=by, at=at))
    return after


async def pause(
    store: Store[CampaignWork], clock: Clock, campaign_id: CampaignId, cause: PauseCause, reason: str
) -> None:
    """Pause a campaign for `cause`. One that does not run any more needs no pause."""
    try:
        async with store.write() as work:
            await move_campaign(
                work, campaign_id, CampaignVerb.PAUSE, by=GUARD, at=clock.now(), reason=reason, cause=cause
            )
    except IllegalTransition:
        return
    log.error("campaign paused", campaign=campaign_id, cause=cause, reason=reason)


async def freeze_script(work: CampaignWork, campaign_id: CampaignId, script: str) -> None:
    """Bind the campaign to the compiled script. Raise `NotFound`."""
    before = await work.campaigns.get(campaign_id, lock="exclusive")
    await work.campaigns.save(replace(before, script=script), before=before)


async def change_poll_dates(
    work: CampaignWork,
    campaign_id: CampaignId,
    dates: Mapping[str, date],
    *,
    by: str,
    at: datetime,
    reason: str,
) -> Campaign:
    """Replace poll dates that a decree moved. Raise `NotFound`, `Conflict`, `InvalidInput`."""
    # Exclusive: no claim decides by the old dates behind it.
    before = await work.campaigns.get(campaign_id, lock="exclusive")
    after = replace(before, definition=with_poll_dates(before, dates, at))
    await work.campaigns.save(after, before=before)
    election = before.definition.election
    until_then = election.poll_dates if election else {}
    work.record(poll_dates_changed(after, until_then, by=by, at=at, reason=reason))
    return after
