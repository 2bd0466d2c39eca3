"""What becomes of contacts, written in one statement."""

from collections.abc import Sequence

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.records import Record
from dialer.adapters.sql.schema.tables import contacts
from dialer.domain.base.types import ContactId
from dialer.domain.calls.retry import ContactClosed, Due
from dialer.domain.consent.contact import ContactState
from dialer.ports.records import ContactChange


def changed_record(contact_id: ContactId, change: ContactChange) -> Record:
    match change:
        case Due(until):
            changed: Record = {"state": ContactState.DUE, "next_due_at": until, "closed_reason": None}
        case ContactClosed(reason):
            changed = {"state": ContactState.CLOSED, "next_due_at": None, "closed_reason": reason}
    return changed | {"contact": contact_id}


async def change_contacts(connection: AsyncConnection, records: Sequence[Record]) -> None:
    """All `records` have the same keys: `contact`, its id, and columns of `contacts`."""
    if records:
        columns: Record = {name: bindparam(name) for name in records[0] if name != "contact"}
        statement = update(contacts).where(contacts.c.id == bindparam("contact")).values(columns)
        await connection.execute(statement, list(records))
