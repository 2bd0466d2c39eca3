"""Contacts that are set aside because their judgement failed."""

from sqlalchemy import select, update

from dialer.adapters.sql.consent.contacts import changed
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.schema.tables import contacts
from dialer.domain.base.types import CampaignId, ContactId, Fingerprint
from dialer.domain.calls.retry import REVIEW, ContactClosed, Due
from dialer.domain.consent.contact import ContactState
from dialer.ports.consent.reviews import SetAside

ASIDE = (
    contacts.c.last_refusal == REVIEW,
    contacts.c.state == ContactState.CLOSED,
    contacts.c.erased_at.is_(None),
)


class SqlReviewRepository(SqlRepository):
    """`dialer.ports.consent.reviews.ReviewRepository`."""

    async def set_aside(
        self, contact_id: ContactId, change: ContactClosed
    ) -> tuple[CampaignId, Fingerprint] | None:
        statement = (
            update(contacts)
            .where(contacts.c.id == contact_id, contacts.c.state == ContactState.DUE)
            .values(changed(change) | {"last_refusal": REVIEW})
            .returning(contacts.c.campaign_id, contacts.c.fingerprint)
        )
        row = (await self._connection.execute(statement)).first()
        return None if row is None else (row.campaign_id, row.fingerprint)

    async def page(self, campaign_id: CampaignId, *, after: ContactId | None, limit: int) -> list[SetAside]:
        fields = contacts.c.id, contacts.c.external_id, contacts.c.import_id, contacts.c.line
        statement = (
            select(*fields, contacts.c.closed_reason)
            .where(contacts.c.campaign_id == campaign_id, contacts.c.id > (after or 0), *ASIDE)
            .order_by(contacts.c.id)
            .limit(limit)
        )
        return [SetAside(*row) for row in await self._connection.execute(statement)]

    async def put_back(self, campaign_id: CampaignId, change: Due) -> int:
        statement = update(contacts).where(contacts.c.campaign_id == campaign_id, *ASIDE)
        again = statement.values(changed(change) | {"last_refusal": None})
        return (await self._connection.execute(again)).rowcount
