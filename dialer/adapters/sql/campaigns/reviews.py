"""Contacts that are set aside because their judgement failed."""

from datetime import datetime

from sqlalchemy import select, update

from dialer.adapters.sql.calls.standing import campaign_of
from dialer.adapters.sql.campaigns.contact_changes import changed_record
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.schema.tables import contacts
from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import CampaignId, ContactId
from dialer.domain.calls.retry import REVIEW, Due, for_review
from dialer.domain.campaigns.campaign import allowed_verbs
from dialer.domain.consent.contact import ContactState
from dialer.domain.ledger.entries_calls import put_back, set_aside
from dialer.ports.review import SetAside

ASIDE = (
    contacts.c.last_refusal == REVIEW,
    contacts.c.state == ContactState.CLOSED,
    contacts.c.erased_at.is_(None),
)


class SqlReviews:
    """`dialer.ports.review.Reviews`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_aside(self, contact_id: ContactId, *, error: str, at: datetime) -> bool:
        changed = changed_record(contact_id, for_review(error)) | {"last_refusal": REVIEW}
        del changed["contact"]
        statement = (
            update(contacts)
            .where(contacts.c.id == contact_id, contacts.c.state == ContactState.DUE)
            .values(changed)
            .returning(contacts.c.campaign_id, contacts.c.fingerprint)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(statement)).first()
            if row is None:
                return False
            await record(connection, [set_aside(row.campaign_id, row.fingerprint, error, at=at)])
            return True

    async def page(self, campaign_id: CampaignId, *, after: ContactId | None, limit: int) -> list[SetAside]:
        fields = contacts.c.id, contacts.c.external_id, contacts.c.import_id, contacts.c.line
        statement = (
            select(*fields, contacts.c.closed_reason)
            .where(contacts.c.campaign_id == campaign_id, contacts.c.id > (after or 0), *ASIDE)
            .order_by(contacts.c.id)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [SetAside(*row) for row in await connection.execute(statement)]

    async def put_back(self, campaign_id: CampaignId, *, by: str, at: datetime) -> int:
        due = changed_record(ContactId(0), Due(at)) | {"last_refusal": None}
        del due["contact"]
        statement = update(contacts).where(contacts.c.campaign_id == campaign_id, *ASIDE).values(due)
        async with self._database.write() as connection:
            campaign = await campaign_of(connection, campaign_id, lock="shared")
            if not allowed_verbs(campaign.state):
                raise Conflict(
                    f"the campaign is {campaign.state}: nobody is called for it any more",
                    hint="import them into a new campaign: `dialer contacts review` names each by external_id and line of its file",
                )
            count = (await connection.execute(statement)).rowcount
            if count:
                await record(connection, [put_back(campaign_id, count, by=by, at=at)])
            return count
