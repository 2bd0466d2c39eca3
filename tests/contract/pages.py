"""A list read page by page, as a preflight reads it."""

from dialer.domain.base.types import ContactId
from dialer.domain.preflight.forecast import TimeBoundaries
from dialer.ports.records import ContactGroup
from tests.harness.acts import ActStore
from tests.samples.campaigns import CAMPAIGN, SPONSOR


async def read_alike(store: ActStore, turns: TimeBoundaries, *, size: int = 100) -> list[ContactGroup]:
    found: list[ContactGroup] = []
    after = ContactId(0)
    while until := await store.contacts.page_end(CAMPAIGN, after=after, size=size):
        found += await store.contacts.alike(CAMPAIGN, SPONSOR, turns, after=after, until=until)
        after = until
    return found
