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
from dialer.adapters.sql.records import CONTACT
from dialer.adapters.sql.schema.tables import attempts, contacts, imports
from dialer.adapters.sql.upkeep.restores import past_calls_of
from dialer.domain.base.types import CampaignId, Fingerprint
from dialer.domain.calls.attempt import FINAL_STATES, Result
from dialer.domain.consent.contact import Contact
from dialer.domain.decision.facts import PastAttempt
from dialer.ports.records import ContactFacts

NO_CAMPAIGN = CampaignId("")
DELIVERED = frozenset({Result.MESSAGE_PLAYED, Result.MACHINE_MESSAGE})

# The start of a dossier: the contact's fields, the class of the list it came with, and where it stands in the order of dialling.
# Whoever was erased is on no list any more.
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


async def dossiers_of(
    connection: AsyncConnection, sponsor: str, listed: Sequence[Row[Any]]
) -> list[ContactFacts]:
    """One for each row of `LISTED`, in their order: at most `chunks.LONGEST_LIST`."""
    fingerprints = [row.fingerprint for row in listed]
    consents = await consents_of(connection, fingerprints)
    oppositions = await suppressions_of(connection, fingerprints)
    past = await _attempts_of(connection, sponsor, fingerprints)
    recalled = await past_calls_of(connection, sponsor, fingerprints)
    lists = await lists_of(connection, sponsor, fingerprints)
    return [
        ContactFacts(
            contact=Contact(*tuple(row)[:-2]),
            source_class=row.source_class,
            consents=consents.get(row.fingerprint, ()),
            suppressions=tuple(oppositions.get(row.fingerprint, ())),
            attempts=(*past.get(row.fingerprint, ()), *recalled.get(row.fingerprint, ())),
            lists=lists.of(row.fingerprint),
        )
        for row in listed
    ]


async def _attempts_of(
    connection: AsyncConnection, sponsor: str, fingerprints: Sequence[Fingerprint]
) -> defaultdict[Fingerprint, list[PastAttempt]]:
    found: defaultdict[Fingerprint, list[PastAttempt]] = defaultdict(list)
    statement = PAST.where(attempts.c.fingerprint.in_(fingerprints), attempts.c.sponsor == sponsor)
    for row in await connection.execute(statement):
        past = PastAttempt(
            # What was met with silence counts towards the caps, and uses up no attempt of the campaign.
            campaign_id=NO_CAMPAIGN if row.unanswered else row.campaign_id,
            at=row.at,
            counts=row.counts,
            delivered=row.result in DELIVERED,
            alive=row.state not in FINAL_STATES,
        )
        found[row.fingerprint].append(past)
    return found
