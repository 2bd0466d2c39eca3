"""A list read page by page, as a preflight reads it."""

from dialer.adapters.sql.store import SqlStore
from dialer.domain.base.types import ContactId
from dialer.domain.preflight.contact_groups import TimeBoundaries
from dialer.ports.records import ContactGroup
from tests.contract.samples import CAMPAIGN


async def read_alike(store: SqlStore, turns: TimeBoundaries, *, size: int = 100) -> list[ContactGroup]:
    found: list[ContactGroup] = []
    after = ContactId(0)
    while until := await store.contacts.page_end(CAMPAIGN, after=after, size=size):
        found += await store.contacts.alike(CAMPAIGN, turns, after=after, until=until)
        after = until
    return found
