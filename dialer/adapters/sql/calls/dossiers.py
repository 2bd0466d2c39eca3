"""Everything stored about contacts, by a fixed number of queries however many they are."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls.ends import left_unanswered, unreached
from dialer.adapters.sql.consent.consents import consents_of
from dialer.adapters.sql.oppositions.external_lists import lists_of
from dialer.adapters.sql.oppositions.suppressions import suppressions_of
from dialer.adapters.sql.records import CONTACT, contact_of
from dialer.adapters.sql.schema.tables import attempts, contacts, imports
from dialer.adapters.sql.upkeep.restores import past_calls_of
from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.past_attempts import past_attempt
from dialer.domain.decision.facts import PastAttempt
from dialer.ports.records import ContactFacts, ListedContact

# `ListedContact`: the contact, the class of its list, and its place in the order of dialling. An
# erased contact is on no list any more.
LISTED: Select[Any] = (
    CONTACT.add_columns(imports.c.source_class, contacts.c.next_due_at)
    .join_from(contacts, imports)
    .where(contacts.c.erased_at.is_(None))
)

# An earlier attempt as the rules look at it; `at` is when its INVITE left, or was permitted to.
PAST = select(
    attempts.c.fingerprint,
    attempts.c.campaign_id,
    func.coalesce(attempts.c.dialed_at, attempts.c.originated_at, attempts.c.decided_at).label("at"),
    attempts.c.state,
    attempts.c.result,
    (~unreached).label("counts"),
    left_unanswered.label("unanswered"),
).order_by(attempts.c.decided_at, attempts.c.id)


def listed_contact(row: Row[Any]) -> ListedContact:
    """Read a row of `LISTED`."""
    return ListedContact(contact_of(row), row.source_class, row.next_due_at)


async def dossiers_of(
    connection: AsyncConnection, sponsor: str, listed: Sequence[ListedContact]
) -> list[ContactFacts]:
    """Return one for each, in their order: at most `chunks.LONGEST_LIST`."""
    fingerprints = [one.contact.fingerprint for one in listed]
    consents = await consents_of(connection, fingerprints)
    oppositions = await suppressions_of(connection, fingerprints)
    past = await _attempts_of(connection, sponsor, fingerprints)
    recalled = await past_calls_of(connection, sponsor, fingerprints)
    lists = await lists_of(connection, sponsor, fingerprints)
    return [
        ContactFacts(
            contact=one.contact,
            source_class=one.source_class,
            consents=consents.get(one.contact.fingerprint, ()),
            suppressions=tuple(oppositions.get(one.contact.fingerprint, ())),
            attempts=(
                *past.get(one.contact.fingerprint, ()),
                *recalled.get(one.contact.fingerprint, ()),
            ),
            lists=lists.of(one.contact.fingerprint),
        )
        for one in listed
    ]


async def _attempts_of(
    connection: AsyncConnection, sponsor: str, fingerprints: Sequence[Fingerprint]
) -> defaultdict[Fingerprint, list[PastAttempt]]:
    found: defaultdict[Fingerprint, list[PastAttempt]] = defaultdict(list)
    statement = PAST.where(attempts.c.fingerprint.in_(fingerprints), attempts.c.sponsor == sponsor)
    for row in await connection.execute(statement):
        found[row.fingerprint].append(
            past_attempt(
                row.campaign_id,
                row.at,
                state=row.state,
                result=row.result,
                counts=row.counts,
                unanswered=row.unanswered,
            )
        )
    return found
