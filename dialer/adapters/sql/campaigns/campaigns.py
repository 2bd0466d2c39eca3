"""Campaigns and their moves."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import insert, select, tuple_, update

from dialer.adapters.sql.calls.standing import campaign_of, standing_of
from dialer.adapters.sql.campaigns.progress import fold_counts, progress_of, recount
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.records import CAMPAIGN, Record, campaign_record
from dialer.adapters.sql.schema.tables import campaign_moves, campaigns, contacts
from dialer.adapters.sql.upkeep.outbox import SqlOutbox
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import CampaignId
from dialer.domain.campaigns.campaign import Campaign, CampaignState, CampaignVerb, next_state
from dialer.domain.consent.contact import ContactState
from dialer.domain.ledger.entries_admin import campaign_created, campaign_moved
from dialer.domain.ledger.entries_polls import poll_dates_changed
from dialer.domain.preflight.polls import with_poll_dates
from dialer.domain.upkeep.notification import campaign_ended
from dialer.ports.records import CampaignSnapshot, Progress

ENDED = frozenset({CampaignState.COMPLETED, CampaignState.STOPPED})
IN_ORDER = (campaigns.c.created_at, campaigns.c.id)


class SqlCampaigns:
    """`dialer.ports.store.Campaigns`."""

    def __init__(self, database: Database, outbox: SqlOutbox) -> None:
        self._database = database
        self._outbox = outbox

    async def add(self, campaign: Campaign) -> None:
        async with self._database.write() as connection:
            await connection.execute(insert(campaigns).values(campaign_record(campaign)))
            await record(connection, [campaign_created(campaign)])

    async def get(self, campaign_id: CampaignId) -> Campaign:
        async with self._database.read() as connection:
            return await campaign_of(connection, campaign_id)

    async def page(self, *, after: CampaignId | None = None, limit: int = 100) -> list[Campaign]:
        statement = CAMPAIGN.order_by(*IN_ORDER).limit(limit)
        if after is not None:
            cursor = select(*IN_ORDER).where(campaigns.c.id == after).scalar_subquery()
            statement = statement.where(tuple_(*IN_ORDER) > cursor)
        async with self._database.read() as connection:
            return [Campaign(*row) for row in await connection.execute(statement)]

    async def running(self) -> list[Campaign]:
        return await self._in_state(CampaignState.RUNNING)

    async def paused(self) -> list[Campaign]:
        return await self._in_state(CampaignState.PAUSED)

    async def _in_state(self, state: CampaignState) -> list[Campaign]:
        statement = CAMPAIGN.where(campaigns.c.state == state).order_by(*IN_ORDER)
        async with self._database.read() as connection:
            return [Campaign(*row) for row in await connection.execute(statement)]

    async def move(
        self,
        campaign_id: CampaignId,
        verb: CampaignVerb,
        *,
        by: str,
        at: datetime,
        reason: str = "",
        self_approved: bool = False,
    ) -> Campaign:
        async with self._database.write() as connection:
            campaign = await campaign_of(connection, campaign_id, lock="exclusive")
            changes = {"state": next_state(campaign.state, verb), "reason": reason}
            changes |= _marks(verb, by=by, at=at, self_approved=self_approved)
            await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(changes))
            move = {"campaign_id": campaign_id, "verb": verb, "by": by, "at": at, "reason": reason}
            await connection.execute(insert(campaign_moves).values(move))
            moved = await campaign_of(connection, campaign_id)
            await record(connection, [campaign_moved(moved, verb, by=by, at=at)])
            if moved.state in ENDED:
                await self._outbox.put(connection, [campaign_ended(moved, by=by, at=at)])
            return moved

    async def set_script(self, campaign_id: CampaignId, script: str) -> None:
        """Raise `NotFound`."""
        async with self._database.write() as connection:
            statement = update(campaigns).where(campaigns.c.id == campaign_id).values(script=script)
            if (await connection.execute(statement)).rowcount == 0:
                raise NotFound(f"there is no campaign {campaign_id}")

    async def change_poll_dates(
        self, campaign_id: CampaignId, dates: Mapping[str, date], *, by: str, at: datetime, reason: str
    ) -> Campaign:
        async with self._database.write() as connection:
            # Exclusive: no claim decides by the old dates behind it.
            campaign = await campaign_of(connection, campaign_id, lock="exclusive")
            definition = with_poll_dates(campaign, dates, at)
            statement = update(campaigns).where(campaigns.c.id == campaign_id)
            await connection.execute(statement.values(definition=definition))
            changed = await campaign_of(connection, campaign_id)
            before = campaign.definition.election.poll_dates if campaign.definition.election else {}
            await record(connection, [poll_dates_changed(changed, before, by=by, at=at, reason=reason)])
            return changed

    async def standing(self, campaign_id: CampaignId) -> CampaignSnapshot:
        async with self._database.read() as connection:
            return await standing_of(connection, campaign_id)

    async def progress(self, campaign_id: CampaignId) -> Progress:
        async with self._database.read() as connection:
            return await progress_of(connection, campaign_id)

    async def fold_counts(self) -> None:
        async with self._database.write() as connection:
            await fold_counts(connection)

    async def recount(self) -> int:
        async with self._database.write() as connection:
            return await recount(connection)

    async def unfinished(self, campaign_id: CampaignId) -> bool:
        waiting = select(contacts.c.id).where(
            contacts.c.campaign_id == campaign_id,
            contacts.c.state.in_((ContactState.DUE, ContactState.CALLING)),
        )
        async with self._database.read() as connection:
            return (await connection.execute(waiting.limit(1))).first() is not None


def _marks(verb: CampaignVerb, *, by: str, at: datetime, self_approved: bool) -> Record:
    """What a move leaves on the campaign beside its state."""
    match verb:
        case CampaignVerb.APPROVE:
            return {"approved_by": by, "approved_at": at, "self_approved": self_approved}
        case CampaignVerb.START:
            return {"started_at": at}
        case CampaignVerb.STOP | CampaignVerb.COMPLETE:
            return {"ended_at": at}
        case CampaignVerb.PAUSE | CampaignVerb.RESUME:
            return {}
