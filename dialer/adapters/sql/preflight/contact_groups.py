"""A list by kinds of callee: the database counts together people with the same stored data.

Most people of a list have a consent and no other data: they are read in one way, all others in
another.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls.dossiers import LISTED, dossiers_of, listed_contact
from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import by_contact
from dialer.adapters.sql.preflight.group_others import OtherKinds
from dialer.adapters.sql.preflight.group_plain import describe_numbers, plain_kinds
from dialer.adapters.sql.schema.tables import contacts
from dialer.domain.base.types import CampaignId, ContactId
from dialer.domain.preflight.contact_groups import TimeBoundaries
from dialer.ports.records import ContactFacts, ContactGroup


async def page_end(
    connection: AsyncConnection, campaign_id: CampaignId, after: ContactId, size: int
) -> ContactId | None:
    """The last of the `size` contacts after one; None where none is left."""
    mine = (contacts.c.campaign_id == campaign_id, contacts.c.id > after)
    page = select(contacts.c.id).where(*mine).order_by(contacts.c.id).limit(size).subquery("page")
    last: ContactId | None = (await connection.execute(select(func.max(page.c.id)))).scalar_one()
    return last


async def alike_between(
    connection: AsyncConnection,
    campaign_id: CampaignId,
    sponsor: str,
    turns: TimeBoundaries,
    after: ContactId,
    until: ContactId,
) -> list[ContactGroup]:
    """The kinds among the contacts after `after`, `until` included."""
    await by_contact(connection)
    mine = and_(contacts.c.campaign_id == campaign_id, contacts.c.erased_at.is_(None))
    page = and_(mine, contacts.c.id > after, contacts.c.id <= until)
    rows = (await connection.execute(plain_kinds(connection, page, turns))).all()
    found, others = sorted_out(rows)
    question = OtherKinds(connection, sponsor, turns)
    for some in chunks(sorted(others)):
        listed = select(contacts).where(contacts.c.id.in_(some))
        for row in await connection.execute(question.of(listed)):
            found.append(Group(tuple(row[2:]), row.first, row.numbers.split(",")))
    dossiers = await dossiers_by_id(connection, sponsor, [group.example for group in found])
    return [
        ContactGroup(group.kind, *describe_numbers(group.numbers), dossiers[group.example]) for group in found
    ]


class Group(NamedTuple):
    """`numbers`: see `plain_kinds`. `example`: one of them."""

    kind: Hashable
    example: ContactId
    numbers: Sequence[str]


def sorted_out(rows: Sequence[Row[Any]]) -> tuple[list[Group], set[ContactId]]:
    """Return the kinds of the rows of `plain_kinds`, and the contacts for the other query."""
    members = [(row.kind, row.ids.split(","), row.numbers.split(",")) for row in rows]
    times = Counter(chain.from_iterable(ids for _, ids, _ in members))
    several = {one for one, often in times.items() if often > 1} if len(times) < times.total() else set()
    found, others = [], set(several)
    for kind, ids, numbers in members:
        if kind is None:
            others.update(ids)
        elif several.isdisjoint(ids):
            found.append(Group(kind, ContactId(int(ids[0])), numbers))
        else:
            left = [pair for pair in zip(ids, numbers, strict=True) if pair[0] not in several]
            if left:
                found.append(Group(kind, ContactId(int(left[0][0])), [number for _, number in left]))
    return found, {ContactId(int(one)) for one in others}


async def dossiers_by_id(
    connection: AsyncConnection, sponsor: str, ids: Iterable[ContactId]
) -> dict[ContactId, ContactFacts]:
    found: dict[ContactId, ContactFacts] = {}
    for some in chunks(ids):
        rows = await connection.execute(LISTED.where(contacts.c.id.in_(some)))
        dossiers = await dossiers_of(connection, sponsor, [listed_contact(row) for row in rows])
        found |= {dossier.contact.id: dossier for dossier in dossiers}
    return found
