"""Oppositions stored and lifted, each with its evidence, in a unit of work."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.entries_people import opposed, opposition_lifted
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.upkeep.notification import opt_out
from dialer.ports.oppositions.number_locks import HasNumberLocks
from dialer.ports.oppositions.suppressions import HasSuppressions
from dialer.ports.unit_of_work import Store, UnitOfWork

MOST_AT_ONCE = 1000
"""Limit on the oppositions of a unit.

Each number takes a lock, and PostgreSQL's table of locks holds 6,400 by default.
"""
TOLD_AT_ONCE = 250
"""Entries told without a pause: some milliseconds in which no call event is read."""
BATCH = 5000


class OppositionWork(HasSuppressions, HasNumberLocks, UnitOfWork, Protocol):
    """The unit of work that stores an opposition."""


async def store_oppositions(store: Store[OppositionWork], entries: Sequence[Suppression]) -> None:
    """Append oppositions, some hundreds a unit. One stored before is stored again, as an event."""
    for start in range(0, len(entries), MOST_AT_ONCE):
        async with store.write() as work:
            stored = await add_oppositions(work, entries[start : start + MOST_AT_ONCE])
            work.notify(*map(opt_out, stored))


async def add_oppositions(work: OppositionWork, entries: Sequence[Suppression]) -> list[Suppression]:
    """Append, and return them as stored.

    After any judgement of these numbers that is under way: who asks next for calls to them finds
    the one that it permitted.
    """
    await work.numbers.await_turn({entry.fingerprint for entry in entries})
    stored = await work.suppressions.add(entries)
    for start in range(0, len(stored), TOLD_AT_ONCE):
        work.record(*map(opposed, stored[start : start + TOLD_AT_ONCE]))
        await asyncio.sleep(0)
    return stored


async def lift_oppositions(
    work: OppositionWork,
    fingerprint: Fingerprint,
    sponsor: str | None,
    *,
    by: str,
    at: datetime,
    reason: str,
) -> int:
    """Lift oppositions: of this sponsor alone, or all of the number. Return their count."""
    stored = await work.as_stored(fingerprint)
    count = await work.suppressions.remove(stored, sponsor, by=by, at=at, reason=reason)
    if count:
        work.record(opposition_lifted(stored, sponsor, by=by, at=at, reason=reason, count=count))
    return count


async def changed_oppositions(
    store: Store[HasSuppressions], *, in_force: bool, since: str | None = None, batch: int = BATCH
) -> AsyncIterator[Sequence[Suppression]]:
    """Yield entries made, or lifted, after the revision `since`; all where it is not known.

    A unit a batch: a long reader would keep SQLite's log from being folded back.
    """
    async with store.read() as work:
        place = await work.suppressions.place_of(since) if since else None
    while True:
        async with store.read() as work:
            page = await work.suppressions.changed(in_force=in_force, after=place, limit=batch)
        if not page.entries:
            return
        place = page.end
        yield page.entries
