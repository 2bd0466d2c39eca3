"""Consents, their proofs, and the ends of consents that a trunk's answers brought, stored.

Consents given and withdrawn are appended, never changed. A proof is sealed text with a key of its
month. The ends are undone when the trunk was at fault.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls import number_gone
from dialer.adapters.sql.db.dialects import AT_ONCE, chunks, insert_new
from dialer.adapters.sql.db.repository import SqlRepository
from dialer.adapters.sql.records import CONSENT, consent_of, consent_record, record_of
from dialer.adapters.sql.schema.calls import attempts
from dialer.adapters.sql.schema.people import consents, proof_keys, undone_voidings
from dialer.domain.base.types import Fingerprint
from dialer.domain.consent import NETWORK, ConsentEvent, ConsentReinstated, ConsentWithdrawn
from dialer.ports.calls import StoredVoiding
from dialer.ports.consent import ProofRow


class SqlConsentRepository(SqlRepository):
    """`dialer.ports.consent.ConsentRepository`."""

    async def add(self, events: Sequence[ConsentEvent]) -> list[ConsentEvent]:
        stored = await self._names.to_be([event.fingerprint for event in events])
        known = [replace(event, fingerprint=stored[event.fingerprint]) for event in events]
        for some in chunks(known, AT_ONCE):
            await self._connection.execute(sa.insert(consents), [consent_record(event) for event in some])
        return known

    async def of(self, fingerprint: Fingerprint) -> tuple[ConsentEvent, ...]:
        stored = (await self._names.of([fingerprint]))[fingerprint]
        return (await consents_of(self._connection, [stored])).get(stored, ())

    async def sponsors(self, fingerprints: Collection[Fingerprint]) -> set[tuple[str, Fingerprint]]:
        theirs = sa.select(consents.c.sponsor, consents.c.fingerprint).where(
            consents.c.fingerprint.in_(fingerprints), ~consents.c.withdrawn
        )
        return {(row.sponsor, row.fingerprint) for row in await self._connection.execute(theirs)}

    async def delete_given(self, fingerprint: Fingerprint) -> int:
        given = sa.delete(consents).where(
            consents.c.fingerprint == fingerprint, consents.c.withdrawn.is_(False)
        )
        return (await self._connection.execute(given)).rowcount


async def consents_of(
    connection: AsyncConnection, fingerprints: Sequence[Fingerprint] | sa.Select[Any]
) -> dict[Fingerprint, tuple[ConsentEvent, ...]]:
    """Return events in the order of their recording; numbers without any are left out.

    `fingerprints` may be a query for them.
    """
    found: defaultdict[Fingerprint, list[ConsentEvent]] = defaultdict(list)
    statement = CONSENT.where(consents.c.fingerprint.in_(fingerprints)).order_by(consents.c.id)
    for row in await connection.execute(statement):
        found[row.fingerprint].append(consent_of(row))
    return {fingerprint: tuple(events) for fingerprint, events in found.items()}


class SqlProofRepository(SqlRepository):
    """`dialer.ports.consent.ProofRepository`."""

    async def keep_key(self, month: str, key: bytes) -> bytes:
        stored = sa.select(proof_keys.c.key).where(proof_keys.c.month == month)
        await self._connection.execute(insert_new(self._connection, proof_keys), {"month": month, "key": key})
        found: bytes = (await self._connection.execute(stored)).scalar_one()
        return found

    async def keys(self) -> dict[str, bytes]:
        return {row.month: row.key for row in await self._connection.execute(sa.select(proof_keys))}

    async def in_clear(self, *, sealed: Sequence[str], limit: int) -> list[ProofRow]:
        texts = (consents.c.source, consents.c.proof)
        clear = [
            (text != "") & ~sa.or_(*(text.startswith(start, autoescape=True) for start in sealed))
            for text in texts
        ]
        rows = sa.select(consents.c.id, consents.c.recorded_at, *texts).where(
            consents.c.withdrawn.is_(False), sa.or_(*clear)
        )
        return [ProofRow(*row) for row in await self._connection.execute(rows.limit(limit))]

    async def replace(self, rows: Sequence[ProofRow]) -> None:
        mine = sa.update(consents).where(consents.c.id == sa.bindparam("row"))
        anew = mine.values(source=sa.bindparam("its_source"), proof=sa.bindparam("its_proof"))
        await self._connection.execute(
            anew, [{"row": row.id, "its_source": row.source, "its_proof": row.proof} for row in rows]
        )

    async def destroy_keys(self, *, before: str) -> int:
        months = sa.select(proof_keys.c.month).where(proof_keys.c.month < before).order_by(proof_keys.c.month)
        destroyed = 0
        for month in (await self._connection.execute(months)).scalars().all():
            start, end = _span(month)
            recorded = (consents.c.recorded_at >= start) & (consents.c.recorded_at < end)
            left = sa.exists().where(recorded, consents.c.withdrawn.is_(False))
            gone = sa.delete(proof_keys).where(proof_keys.c.month == month, ~left)
            destroyed += (await self._connection.execute(gone)).rowcount
        return destroyed


def _span(month: str) -> tuple[datetime, datetime]:
    start = datetime.fromisoformat(f"{month}-01T00:00:00+00:00")
    later = start.month == 12
    return start, start.replace(year=start.year + later, month=1 if later else start.month + 1)


class SqlVoidingRepository(SqlRepository):
    """`dialer.ports.calls.VoidingRepository`."""

    async def page(self, trunk: str, *, since: datetime, until: datetime, limit: int) -> list[StoredVoiding]:
        # The row says when the call ended that brought it.
        brought = sa.and_(
            attempts.c.fingerprint == consents.c.fingerprint,
            attempts.c.ended_at == consents.c.at,
            attempts.c.trunk == trunk,
            attempts.c.ended_at.between(since, until),
            number_gone,
        )
        columns = (consents.c.id, attempts.c.contact_id, consents.c.fingerprint)
        statement = (
            sa.select(*columns, consents.c.channel, consents.c.at, consents.c.recorded_at)
            .join_from(attempts, consents, brought)
            .where(consents.c.withdrawn, consents.c.sponsor.is_(None), consents.c.channel == NETWORK)
            .order_by(consents.c.id)
            .limit(limit)
        )
        return [
            StoredVoiding(
                row.id,
                row.contact_id,
                ConsentWithdrawn(row.fingerprint, None, row.channel, row.at, row.recorded_at),
            )
            for row in await self._connection.execute(statement)
        ]

    async def undo(self, undone: Sequence[tuple[StoredVoiding, ConsentReinstated]]) -> None:
        # Two calls may have brought one row.
        moved = {
            voiding.id: record_of(restoration)
            | {
                "id": voiding.id,
                "channel": voiding.withdrawal.channel,
                "at": voiding.withdrawal.withdrawn_at,
                "recorded_at": voiding.withdrawal.recorded_at,
            }
            for voiding, restoration in undone
        }
        await self._connection.execute(sa.insert(undone_voidings), list(moved.values()))
        await self._connection.execute(sa.delete(consents).where(consents.c.id.in_(moved)))
