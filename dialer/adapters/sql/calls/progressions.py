"""What calls.apply learned, written whole: the attempt, the opposition, what becomes of the contact."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.adapters.sql.calls.silences import count_silences
from dialer.adapters.sql.campaigns.contact_changes import change_contacts, changed_record
from dialer.adapters.sql.db.chunks import chunks
from dialer.adapters.sql.db.dialects import await_turn
from dialer.adapters.sql.db.stored_as import to_be_stored_as
from dialer.adapters.sql.ledger.ledger_pending import record
from dialer.adapters.sql.oppositions.suppressions import append_suppressions
from dialer.adapters.sql.records import ATTEMPT, Record, attempt_record
from dialer.adapters.sql.schema.tables import attempts, live, suppressions
from dialer.adapters.sql.schema.trunk_tables import held_voidings
from dialer.domain.base.types import AttemptId, Fingerprint
from dialer.domain.calls.attempt import Attempt
from dialer.domain.ledger.entries_calls import ended, opposed_late
from dialer.domain.numbers.number_plan import country_code
from dialer.domain.oppositions.suppression import Suppression
from dialer.ports.records import Progression


async def commit_progressions(connection: AsyncConnection, progressions: Sequence[Progression]) -> None:
    """In their order. A final attempt gains an opposition at most, and its contact stays as it is; an opposition is always stored."""
    progressions = await _under_stored_names(connection, progressions)
    # Before any row is locked, as a withdrawal does it too: so no two wait for each other.
    await await_turn(
        connection, {entry.suppression.fingerprint for entry in progressions if entry.suppression}
    )
    alive = await _alive(connection, sorted({progression.attempt.id for progression in progressions}))
    kept: list[Progression] = []
    late: list[Attempt] = []
    for progression in progressions:
        if progression.attempt.id not in alive:
            late.append(progression.attempt)
            continue
        kept.append(progression)
        if not progression.attempt.alive:
            alive.discard(progression.attempt.id)
    await _move(connection, [attempt_record(entry.attempt) for entry in kept])
    await record(connection, [ended(entry.attempt) for entry in kept if not entry.attempt.alive])
    await _oppose(connection, late)
    changed = [changed_record(entry.attempt.contact_id, entry.contact) for entry in kept if entry.contact]
    await change_contacts(connection, changed)
    await _hold(connection, [entry.attempt for entry in kept if entry.voids])
    oppositions = [entry.suppression for entry in progressions if entry.suppression is not None]
    unknown = await _unknown(connection, oppositions)
    await append_suppressions(connection, unknown)
    sources = {entry.source for entry in unknown}
    heard = {attempt.id for attempt in late if attempt.id in sources}
    await record(connection, [opposed_late(attempt) for attempt in await _as_stored(connection, heard)])
    await count_silences(connection, [entry.attempt for entry in kept if not entry.attempt.alive])


async def _under_stored_names(
    connection: AsyncConnection, progressions: Sequence[Progression]
) -> Sequence[Progression]:
    """The opposition of a call is its callee's: both have one fingerprint."""
    stored = await to_be_stored_as(connection, {entry.attempt.fingerprint for entry in progressions})
    return [
        entry if entry.attempt.fingerprint == now else _known_as(entry, now)
        for entry in progressions
        for now in (stored[entry.attempt.fingerprint],)
    ]


def _known_as(entry: Progression, fingerprint: Fingerprint) -> Progression:
    attempt, opposed = replace(entry.attempt, fingerprint=fingerprint), entry.suppression
    opposition = replace(opposed, fingerprint=fingerprint) if opposed else None
    return replace(entry, attempt=attempt, suppression=opposition)


async def _hold(connection: AsyncConnection, gone: Sequence[Attempt]) -> None:
    """A trunk that fails says of everybody that nobody has their number: so their consents wait until it has reached somebody."""
    if gone:
        rows = [
            {
                "attempt_id": attempt.id,
                "trunk": attempt.trunk,
                "country_code": country_code(attempt.number),
                "ended_at": attempt.ended_at,
            }
            for attempt in gone
        ]
        await connection.execute(insert(held_voidings), rows)


async def _as_stored(connection: AsyncConnection, attempt_ids: Iterable[AttemptId]) -> list[Attempt]:
    """Of a late opposition no more is stored than that it was: the ledger vouches for the row as it is now."""
    found: list[Attempt] = []
    for ids in chunks(sorted(attempt_ids)):
        found += (Attempt(*row) for row in await connection.execute(ATTEMPT.where(attempts.c.id.in_(ids))))
    return found


async def _alive(connection: AsyncConnection, attempt_ids: Sequence[AttemptId]) -> set[AttemptId]:
    """Those not yet final, locked in the order of their ids so that two commits never wait for each other in a circle."""
    alive: set[AttemptId] = set()
    for ids in chunks(attempt_ids):
        statement = (
            select(attempts.c.id)
            .where(attempts.c.id.in_(ids), live)
            .order_by(attempts.c.id)
            .with_for_update()
        )
        alive.update((await connection.execute(statement)).scalars())
    return alive


async def _move(connection: AsyncConnection, moved: Sequence[Record]) -> None:
    if moved:
        columns: Record = {name: bindparam(name) for name in moved[0] if name != "id"}
        statement = update(attempts).where(attempts.c.id == bindparam("moved")).values(columns)
        # SQLAlchemy keeps a column's own name for what is SET, so the id to find goes under another.
        await connection.execute(statement, [record | {"moved": record["id"]} for record in moved])


async def _oppose(connection: AsyncConnection, late: Sequence[Attempt]) -> None:
    """The 9 of a call that had ended before we heard of it."""
    heard = [
        {"call": attempt.id, "opposed_at": attempt.opposed_at, "result": attempt.result}
        for attempt in late
        if attempt.opposed_at is not None
    ]
    if heard:
        first = update(attempts).where(
            attempts.c.id == bindparam("call"),
            ~live,
            attempts.c.opposed_at.is_(None),
        )
        columns: Record = {"opposed_at": bindparam("opposed_at"), "result": bindparam("result")}
        await connection.execute(first.values(columns), heard)


async def _unknown(connection: AsyncConnection, entries: Sequence[Suppression]) -> list[Suppression]:
    """Without those of calls whose opposition is stored: an outbox is read as often as it takes, and what was removed stays removed."""
    known: set[str | None] = set()
    for sources in chunks({entry.source for entry in entries}):
        statement = select(suppressions.c.source).where(suppressions.c.source.in_(sources))
        known.update((await connection.execute(statement)).scalars())
    return list({entry.source: entry for entry in entries if entry.source not in known}.values())
