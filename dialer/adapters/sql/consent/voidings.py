"""Consents that answers of a trunk ended, restored when the trunk was at fault."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls.ends import number_gone
from dialer.adapters.sql.campaigns.contact_changes import change_contacts, changed_record
from dialer.adapters.sql.consent.consents import reopen
from dialer.adapters.sql.db.engine import Database
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.schema.tables import attempts, consents, contacts
from dialer.adapters.sql.schema.voiding_tables import undone_voidings
from dialer.domain.calls.retry import NUMBER_GONE, Due
from dialer.domain.consent.consent import NETWORK, ConsentReinstated, ConsentWithdrawn
from dialer.domain.consent.contact import ContactState
from dialer.domain.ledger.entries_people import consent_restored, consents_restored

PAGE = 1000
"""Numbers in one transaction."""


class SqlVoidings:
    """`dialer.ports.trunks.Voidings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def restore(
        self, trunk: str, *, since: datetime, until: datetime, by: str, at: datetime, reason: str
    ) -> int:
        numbers = 0
        while found := await self._restore_some(_voided(trunk, since, until), trunk, by, at, reason):
            numbers += found
        async with self._database.write() as connection:
            act = consents_restored(trunk, since, until, by=by, at=at, reason=reason, numbers=numbers)
            await record(connection, [act])
        return numbers

    async def _restore_some(self, page: Select[Any], trunk: str, by: str, at: datetime, reason: str) -> int:
        """One transaction, so that others write between the pages. Return how many numbers; 0 when nothing is left."""
        async with self._database.write() as connection:
            rows = (await connection.execute(page)).all()
            if not rows:
                return 0
            restored = [
                (_voiding(row), ConsentReinstated(row.fingerprint, trunk, at, by, reason)) for row in rows
            ]
            await _move(connection, rows, trunk, by, at, reason)
            await record(connection, [consent_restored(*pair) for pair in restored])
            await _call_again(connection, rows, at)
            return len({row.fingerprint for row in rows})


def _voided(trunk: str, since: datetime, until: datetime) -> Select[Any]:
    """What the trunk's calls of that time ended, and no person: the row says when the call ended that brought it."""
    brought = and_(
        attempts.c.fingerprint == consents.c.fingerprint,
        attempts.c.ended_at == consents.c.at,
        attempts.c.trunk == trunk,
        attempts.c.ended_at.between(since, until),
        number_gone,
    )
    return (
        select(
            consents.c.id,
            consents.c.fingerprint,
            consents.c.channel,
            consents.c.at,
            consents.c.recorded_at,
            attempts.c.contact_id,
        )
        .join_from(attempts, consents, brought)
        .where(consents.c.withdrawn, consents.c.sponsor.is_(None), consents.c.channel == NETWORK)
        .order_by(consents.c.id)
        .limit(PAGE)
    )


def _voiding(row: Row[Any]) -> ConsentWithdrawn:
    return ConsentWithdrawn(row.fingerprint, None, row.channel, row.at, row.recorded_at)


async def _move(
    connection: AsyncConnection, rows: Sequence[Row[Any]], trunk: str, by: str, at: datetime, reason: str
) -> None:
    moved = {
        row.id: {
            "id": row.id,
            "fingerprint": row.fingerprint,
            "channel": row.channel,
            "at": row.at,
            "recorded_at": row.recorded_at,
            "trunk": trunk,
            "restored_at": at,
            "restored_by": by,
            "restored_reason": reason,
        }
        for row in rows
    }
    await connection.execute(insert(undone_voidings), list(moved.values()))
    await connection.execute(delete(consents).where(consents.c.id.in_(moved)))


async def _call_again(connection: AsyncConnection, rows: Sequence[Row[Any]], at: datetime) -> None:
    """Contacts closed by such a call, or refused since for want of the consent."""
    ids = [row.contact_id for row in rows]
    gone = select(contacts.c.id).where(
        contacts.c.id.in_(ids),
        contacts.c.state == ContactState.CLOSED,
        contacts.c.closed_reason == NUMBER_GONE,
        contacts.c.erased_at.is_(None),
    )
    found = (await connection.execute(gone)).scalars().all()
    await change_contacts(connection, [changed_record(contact, Due(at)) for contact in found])
    fingerprints = {row.fingerprint for row in rows}
    theirs = select(consents.c.sponsor, consents.c.fingerprint).where(
        consents.c.fingerprint.in_(fingerprints), ~consents.c.withdrawn
    )
    await reopen(connection, {(row.sponsor, row.fingerprint): at for row in await connection.execute(theirs)})
