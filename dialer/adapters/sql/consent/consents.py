"""Consents given and withdrawn: appended, never changed."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.db.chunks import AT_ONCE, chunks
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import CONSENT, consent_of, consent_record
from dialer.adapters.sql.schema.tables import consents
from dialer.domain.base.types import Fingerprint
from dialer.domain.consent.consent import ConsentEvent


class SqlConsentRepository(SqlRepository):
    """`dialer.ports.consent.consents.ConsentRepository`."""

    async def add(self, events: Sequence[ConsentEvent]) -> list[ConsentEvent]:
        stored = await self._names.to_be([event.fingerprint for event in events])
        known = [replace(event, fingerprint=stored[event.fingerprint]) for event in events]
        for some in chunks(known, AT_ONCE):
            await self._connection.execute(insert(consents), [consent_record(event) for event in some])
        return known

    async def of(self, fingerprint: Fingerprint) -> tuple[ConsentEvent, ...]:
        stored = (await self._names.of([fingerprint]))[fingerprint]
        return (await consents_of(self._connection, [stored])).get(stored, ())

    async def sponsors(self, fingerprints: Collection[Fingerprint]) -> set[tuple[str, Fingerprint]]:
        theirs = select(consents.c.sponsor, consents.c.fingerprint).where(
            consents.c.fingerprint.in_(fingerprints), ~consents.c.withdrawn
        )
        return {(row.sponsor, row.fingerprint) for row in await self._connection.execute(theirs)}

    async def delete_given(self, fingerprint: Fingerprint) -> int:
        given = delete(consents).where(consents.c.fingerprint == fingerprint, consents.c.withdrawn.is_(False))
        return (await self._connection.execute(given)).rowcount


async def consents_of(
    connection: AsyncConnection, fingerprints: Sequence[Fingerprint] | Select[Any]
) -> dict[Fingerprint, tuple[ConsentEvent, ...]]:
    """Return events in the order of their recording; numbers without any are left out.

    `fingerprints` may be a query for them.
    """
    found: defaultdict[Fingerprint, list[ConsentEvent]] = defaultdict(list)
    statement = CONSENT.where(consents.c.fingerprint.in_(fingerprints)).order_by(consents.c.id)
    for row in await connection.execute(statement):
        found[row.fingerprint].append(consent_of(row))
    return {fingerprint: tuple(events) for fingerprint, events in found.items()}
