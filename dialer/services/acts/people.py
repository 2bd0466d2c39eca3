"""Acts on stored data about people, each with its evidence: consents, oppositions, erasure.

Those that take `work` are part of the caller's unit; those that take `store` open units of their
own. Erasure follows GDPR 17 (rules T116, T121).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Protocol

from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.retry import WANT_OF_CONSENT, Due
from dialer.domain.campaigns.campaign import FINAL_STATES
from dialer.domain.consent import ConsentEvent, ConsentGiven, ConsentWithdrawn
from dialer.domain.ledger.entries_people import consented, opposed, opposition_lifted, subject_erased
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.upkeep import opt_out
from dialer.ports.calls import HasAttempts
from dialer.ports.consent import HasConsents, HasContacts
from dialer.ports.decision import HasDecisions
from dialer.ports.oppositions import HasNumberLocks, HasSuppressions
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.ports.upkeep import Erased

AT_ONCE = 250
"""Events told without a pause: some ten milliseconds in which no call event is read."""


class ConsentWork(HasConsents, HasContacts, HasNumberLocks, UnitOfWork, Protocol):
    """The unit of work that stores consents.

    Contacts that were closed for want of one are due again in the same unit.
    """


async def add_consents(work: ConsentWork, events: Sequence[ConsentEvent], *, by: str) -> None:
    """Append consents and withdrawals, recorded by `by`.

    Contacts closed for want of consent are due again where a new consent names their sponsor. A
    withdrawal waits while another unit judges its number.
    """
    withdrawn = {event.fingerprint for event in events if isinstance(event, ConsentWithdrawn)}
    await work.numbers.await_turn(withdrawn)
    for start in range(0, len(events), AT_ONCE):
        stored = await work.consents.add(events[start : start + AT_ONCE])
        work.record(*(consented(event, by=by) for event in stored))
        given = [event for event in stored if isinstance(event, ConsentGiven)]
        await reopen(work, {(event.sponsor, event.fingerprint): event.recorded_at for event in given})


async def reopen(work: HasContacts, renewed: Mapping[tuple[str, Fingerprint], datetime]) -> None:
    """Put contacts back on the list that were closed for want of a consent.

    `renewed` gives by sponsor and number the instant of the new one. Each contact is judged again:
    the consent alone makes no call.
    """
    closed = await work.contacts.refused({number for _, number in renewed}, unless=FINAL_STATES)
    again = {
        contact.id: Due(since)
        for contact in closed
        if (since := renewed.get((contact.sponsor, contact.fingerprint)))
        and not WANT_OF_CONSENT.isdisjoint(contact.codes)
    }
    await work.contacts.change(again)


MOST_AT_ONCE = 1000
"""Limit on the oppositions of a unit.

Each number takes a lock, and PostgreSQL's table of locks holds 6,400 by default.
"""
TOLD_AT_ONCE = 250
"""Entries told without a pause: some milliseconds in which no call event is read."""
BATCH = 5000


class OppositionWork(HasSuppressions, HasNumberLocks, UnitOfWork, Protocol):
    """The unit of work that stores oppositions, each after any judgement of its number."""


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


BY_ERASURE = "erasure"
"""The channel of the withdrawal that an erasure is."""


class ErasureWork(ConsentWork, HasAttempts, HasDecisions, HasSuppressions, Protocol):
    """The unit of work that erases a person."""


async def erase_person(work: ErasureWork, fingerprint: Fingerprint, *, by: str, at: datetime) -> Erased:
    """Erase a person: the fingerprint stays in closed rows of lists; consents and key go.

    Oppositions are kept as fingerprint, channel and time: a note may hold anything. A withdrawal of
    every consent given until `at` takes the place of the consents. Raise `Conflict` while the
    number is being called or judged.
    """
    stored = await work.as_stored(fingerprint)
    if not await work.numbers.reserve([stored]):
        raise Conflict("the number is being judged at this moment", hint="try again")
    if await work.attempts.taken([stored]):
        raise Conflict("the number is being called at this moment", hint="try again when the call is over")
    contacts = await work.contacts.erase(stored, at=at)
    consents = await work.consents.delete_given(stored)
    keys, decisions = await work.decisions.forget_sealed([stored])
    oppositions = await work.suppressions.drop_notes(stored)
    erased = Erased(contacts, consents, decisions, keys, oppositions)
    withdrawal = ConsentWithdrawn(stored, None, BY_ERASURE, at, at)
    await add_consents(work, [withdrawal], by=by)
    work.record(subject_erased(stored, asdict(erased), by=by, at=at))
    return erased
