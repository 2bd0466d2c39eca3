"""A campaign and the machine as they are at one instant of the database."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.records import CAMPAIGN
from dialer.adapters.sql.schema.tables import campaigns, system
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.campaigns.campaign_definition import Election
from dialer.ports.records import CampaignSnapshot

Lock = Literal["shared", "exclusive"]

# A pause does not end an election's silence: it counts like a running campaign.
BINDING_STATES = (CampaignState.APPROVED, CampaignState.RUNNING, CampaignState.PAUSED)


async def campaign_of(
    connection: AsyncConnection, campaign_id: CampaignId, *, lock: Lock | None = None
) -> Campaign:
    """Raise `NotFound`. `lock` is `shared` or `exclusive`, for the rest of the transaction (PostgreSQL; SQLite has one writer)."""
    statement = CAMPAIGN.where(campaigns.c.id == campaign_id)
    if lock is not None:
        statement = statement.with_for_update(read=lock == "shared")
    row = (await connection.execute(statement)).first()
    if row is None:
        raise NotFound(f"there is no campaign {campaign_id}", hint="see `dialer campaign list`")
    return Campaign(*row)


async def standing_of(
    connection: AsyncConnection, campaign_id: CampaignId, *, lock: Lock | None = None
) -> CampaignSnapshot:
    """With `lock="shared"` neither the campaign's state nor the halt can change before the transaction ends. Raise `NotFound`."""
    campaign = await campaign_of(connection, campaign_id, lock=lock)
    halt = select(system.c.halted)
    if lock is not None:
        halt = halt.with_for_update(read=True)
    halted = (await connection.execute(halt)).scalar_one()
    return CampaignSnapshot(campaign, halted, await _silences(connection, campaign))


async def _silences(connection: AsyncConnection, campaign: Campaign) -> tuple[Election, ...]:
    statement = select(campaigns.c.definition).where(
        campaigns.c.sponsor == campaign.definition.sponsor.id,
        campaigns.c.state.in_(BINDING_STATES),
        campaigns.c.id != campaign.id,
    )
    definitions = (await connection.execute(statement.order_by(campaigns.c.id))).scalars()
    return tuple(definition.election for definition in definitions if definition.election is not None)
