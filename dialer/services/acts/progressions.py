"""Progressions of attempts: each with its opposition and its contact's new state, in one unit."""

from collections.abc import Sequence
from typing import Protocol

from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.trunk_health import silence_counts
from dialer.domain.ledger.entries_calls import ended, opposed_late
from dialer.domain.numbers.number_plan import country_code
from dialer.domain.oppositions.suppression import Suppression
from dialer.domain.upkeep import opt_out
from dialer.ports.calls import HasAttempts, HasTrunks, HeldVoiding
from dialer.ports.consent import HasContacts
from dialer.ports.records import Progression
from dialer.services.acts.people import OppositionWork, add_oppositions


class ProgressionWork(OppositionWork, HasAttempts, HasContacts, HasTrunks, Protocol):
    """The unit of work that stores the progress of a call."""


async def commit_progressions(work: ProgressionWork, progressions: Sequence[Progression]) -> None:
    """Store them in their order.

    An attempt that is final in the store gains an opposition at most, and its contact stays as it
    is; an opposition is always stored, but one whose `source` is stored already, even lifted.
    """
    oppositions = [entry.suppression for entry in progressions if entry.suppression is not None]
    # Before any row is locked, as a withdrawal does it too: so no two wait for each other.
    await work.numbers.await_turn({entry.fingerprint for entry in oppositions})
    kept, late = await _sorted_out(work, progressions)
    moved = await work.attempts.save([entry.attempt for entry in kept])
    over = [attempt for attempt in moved if not attempt.alive]
    work.record(*map(ended, over))
    await work.attempts.oppose_late(late)
    await work.contacts.change({entry.attempt.contact_id: entry.contact for entry in kept if entry.contact})
    await work.trunks.hold([_held(entry.attempt) for entry in kept if entry.voids])
    new = await _unknown(work, oppositions)
    await add_oppositions(work, new)
    work.notify(*map(opt_out, oppositions))
    sources = {entry.source for entry in new}
    # The entry is of the row as it is now: of a late opposition only the time is stored.
    heard = await work.attempts.get_many({attempt.id for attempt in late if attempt.id in sources})
    work.record(*map(opposed_late, heard.values()))
    await work.attempts.count_silent(silence_counts(over))


async def _sorted_out(
    work: ProgressionWork, progressions: Sequence[Progression]
) -> tuple[list[Progression], list[Attempt]]:
    """Return what moves an attempt that is not final, and the attempts that are."""
    alive = await work.attempts.lock_alive(entry.attempt.id for entry in progressions)
    kept: list[Progression] = []
    late: list[Attempt] = []
    for entry in progressions:
        if entry.attempt.id not in alive:
            late.append(entry.attempt)
            continue
        kept.append(entry)
        if not entry.attempt.alive:
            alive.discard(entry.attempt.id)
    return kept, late


def _held(gone: Attempt) -> HeldVoiding:
    """Hold the end of a consent: a failing trunk reports every number as unallocated.

    So the consents wait until the trunk has reached a callee.
    """
    assert gone.ended_at is not None, "the call said so at its end"
    return HeldVoiding(gone.id, gone.trunk, country_code(gone.number), gone.ended_at)


async def _unknown(work: ProgressionWork, oppositions: Sequence[Suppression]) -> list[Suppression]:
    """Leave out oppositions of calls whose opposition is stored.

    An outbox may be read many times, and a lifted opposition stays lifted.
    """
    known = await work.suppressions.sources_among({entry.source for entry in oppositions})
    return list({entry.source: entry for entry in oppositions if entry.source not in known}.values())
