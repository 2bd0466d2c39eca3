"""Consents given and withdrawn: appended, never changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import AT_ONCE, chunks
from dialer.adapters.sql.db.dialects import await_turn
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.db.stored_as import stored_as, to_be_stored_as
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.records import CONSENT, Record, consent_of, consent_record
from dialer.adapters.sql.schema.tables import campaigns, consents, contacts
from dialer.domain.base.types import Fingerprint
from dialer.domain.campaigns.campaign import CampaignState
from dialer.domain.consent.consent import ConsentEvent, ConsentGiven, ConsentWithdrawn
from dialer.domain.consent.contact import ContactState
from dialer.domain.decision.record import ReasonCode
from dialer.domain.ledger.entries_people import consented

WANT_OF_CONSENT = frozenset(
    {
        ReasonCode.NO_CONSENT,
        ReasonCode.CONSENT_SPONSOR,
        ReasonCode.CONSENT_PURPOSE,
        ReasonCode.CONSENT_CHANNEL,
        ReasonCode.CONSENT_EXPIRED,
        ReasonCode.CONSENT_WITHDRAWN,
        ReasonCode.CONSENT_NO_WINDOW,
        ReasonCode.CONSENT_PROOF,
        ReasonCode.OUT_OF_CONSENT_WINDOW,
    }
)
OVER = (CampaignState.COMPLETED, CampaignState.STOPPED)


class SqlConsents:
    """`dialer.ports.store.Consents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, events: Sequence[ConsentEvent], *, by: str) -> None:
        async with self._database.write() as connection:
            stored = await to_be_stored_as(connection, [event.fingerprint for event in events])
            events = [replace(event, fingerprint=stored[event.fingerprint]) for event in events]
            withdrawn = {event.fingerprint for event in events if isinstance(event, ConsentWithdrawn)}
            await await_turn(connection, withdrawn)
            await append_consents(connection, events, by=by)

    async def of(self, fingerprint: Fingerprint) -> tuple[ConsentEvent, ...]:
        async with self._database.read() as connection:
            stored = (await stored_as(connection, [fingerprint]))[fingerprint]
            return (await consents_of(connection, [stored])).get(stored, ())


async def append_consents(connection: AsyncConnection, events: Sequence[ConsentEvent], *, by: str) -> None:
    """Store the events, and put contacts back on the list that were closed for want of such a consent."""
    for some in chunks(events, AT_ONCE):
        await connection.execute(insert(consents), [consent_record(event) for event in some])
        await record(connection, [consented(event, by=by) for event in some])
        given = [event for event in some if isinstance(event, ConsentGiven)]
        await reopen(connection, {(event.sponsor, event.fingerprint): event.recorded_at for event in given})


async def consents_of(
    connection: AsyncConnection, fingerprints: Sequence[Fingerprint] | Select[Any]
) -> dict[Fingerprint, tuple[ConsentEvent, ...]]:
    """In the order of their recording; numbers without any are left out. `fingerprints` may be a query for them."""
    found: defaultdict[Fingerprint, list[ConsentEvent]] = defaultdict(list)
    statement = CONSENT.where(consents.c.fingerprint.in_(fingerprints)).order_by(consents.c.id)
    for row in await connection.execute(statement):
        found[row.fingerprint].append(consent_of(row))
    return {fingerprint: tuple(events) for fingerprint, events in found.items()}


async def reopen(connection: AsyncConnection, renewed: dict[tuple[str, Fingerprint], datetime]) -> None:
    """`renewed`: by sponsor and number, since when there is a new consent. Being judged again, nobody is called for it alone."""
    reopened: list[Record] = []
    for fingerprints in chunks({fingerprint for _, fingerprint in renewed}):
        closed = (
            select(contacts.c.id, contacts.c.fingerprint, contacts.c.last_refusal, campaigns.c.sponsor)
            .join_from(contacts, campaigns)
            .where(
                contacts.c.fingerprint.in_(fingerprints),
                contacts.c.state == ContactState.CLOSED,
                contacts.c.last_refusal.is_not(None),
                contacts.c.erased_at.is_(None),
                campaigns.c.state.not_in(OVER),
            )
            .order_by(contacts.c.id)
            .with_for_update(of=contacts)
        )
        for row in await connection.execute(closed):
            since = renewed.get((row.sponsor, row.fingerprint))
            if since is not None and not WANT_OF_CONSENT.isdisjoint(row.last_refusal.split()):
                reopened.append({"contact": row.id, "since": since})
    if reopened:
        statement = update(contacts).where(contacts.c.id == bindparam("contact"))
        again: Record = {"state": ContactState.DUE, "next_due_at": bindparam("since"), "closed_reason": None}
        await connection.execute(statement.values(again), reopened)
