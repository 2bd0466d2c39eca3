"""Campaigns and their moves."""

from collections.abc import Collection

from sqlalchemy import insert, select, tuple_, update

from dialer.adapters.sql.campaigns.progress import fold_counts, progress_of, recount
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import CAMPAIGN, campaign_record, record_of
from dialer.adapters.sql.schema.tables import campaign_moves, campaigns, contacts
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign, CampaignState
from dialer.domain.campaigns.campaign_definition import Election
from dialer.domain.consent.contact import ContactState
from dialer.domain.ledger.row_digests import CampaignMove
from dialer.ports.campaigns.campaigns import Lock
from dialer.ports.records import Progress

IN_ORDER = (campaigns.c.created_at, campaigns.c.id)


class SqlCampaignRepository(SqlRepository):
    """`dialer.ports.campaigns.campaigns.CampaignRepository`."""

    async def add(self, campaign: Campaign) -> None:
        await self._connection.execute(insert(campaigns).values(campaign_record(campaign)))

    async def get(self, campaign_id: CampaignId, *, lock: Lock | None = None) -> Campaign:
        statement = CAMPAIGN.where(campaigns.c.id == campaign_id)
        if lock is not None:
            statement = statement.with_for_update(read=lock == "shared")
        row = (await self._connection.execute(statement)).first()
        if row is None:
            raise NotFound(f"there is no campaign {campaign_id}", hint="see `dialer campaign list`")
        return Campaign(*row)

    async def page(self, *, after: CampaignId | None = None, limit: int = 100) -> list[Campaign]:
        statement = CAMPAIGN.order_by(*IN_ORDER).limit(limit)
        if after is not None:
            cursor = select(*IN_ORDER).where(campaigns.c.id == after).scalar_subquery()
            statement = statement.where(tuple_(*IN_ORDER) > cursor)
        return [Campaign(*row) for row in await self._connection.execute(statement)]

    async def in_state(self, state: CampaignState) -> list[Campaign]:
        statement = CAMPAIGN.where(campaigns.c.state == state).order_by(*IN_ORDER)
        return [Campaign(*row) for row in await self._connection.execute(statement)]

    async def save(self, campaign: Campaign, *, before: Campaign) -> None:
        old = campaign_record(before)
        changed = {name: value for name, value in campaign_record(campaign).items() if value != old[name]}
        if changed:
            statement = update(campaigns).where(campaigns.c.id == campaign.id)
            await self._connection.execute(statement.values(changed))

    async def add_move(self, move: CampaignMove) -> None:
        await self._connection.execute(insert(campaign_moves).values(record_of(move)))

    async def elections(
        self, sponsor: str, states: Collection[CampaignState], *, but: CampaignId
    ) -> tuple[Election, ...]:
        statement = select(campaigns.c.definition).where(
            campaigns.c.sponsor == sponsor, campaigns.c.state.in_(states), campaigns.c.id != but
        )
        rows = await self._connection.execute(statement.order_by(campaigns.c.id))
        return tuple(one.election for one in rows.scalars() if one.election is not None)

    async def progress(self, campaign_id: CampaignId) -> Progress:
        return await progress_of(self._connection, campaign_id)

    async def fold_counts(self) -> None:
        await fold_counts(self._connection)

    async def recount(self) -> int:
        return await recount(self._connection)

    async def unfinished(self, campaign_id: CampaignId) -> bool:
        waiting = select(contacts.c.id).where(
            contacts.c.campaign_id == campaign_id,
            contacts.c.state.in_((ContactState.DUE, ContactState.CALLING)),
        )
        return (await self._connection.execute(waiting.limit(1))).first() is not None
