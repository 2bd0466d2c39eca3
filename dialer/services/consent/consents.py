"""Consents one by one: recorded, taken back as easily as given (GDPR 7(3), FP-05), and restored.

Restoring undoes, page by page, the ends that a faulty trunk brought by reporting numbers as
unallocated. The callees' own words stand.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import InvalidInput, Problem
from dialer.domain.calls.retry import ClosedReason, Due
from dialer.domain.consent import ConsentGiven, ConsentReinstated, ConsentWithdrawn
from dialer.domain.ledger.entries_people import consent_restored, consents_restored
from dialer.domain.numbers.phone import every_reading
from dialer.ports.calls import HasVoidings, StoredVoiding
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.acts.people import ConsentWork, add_consents, reopen
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.consent.contact_import import COLUMNS, read_consent_row
from dialer.services.imports.csv import CsvRow
from dialer.services.imports.run import ImportStamp, RowRejected
from dialer.services.oppositions.pbx_lock import RingingCalls
from dialer.services.oppositions.statements import NO_DIGITS, StatedOpposition, moment

PAGE = 1000
"""Numbers in one unit."""


class VoidingWork(ConsentWork, HasVoidings, Protocol):
    """The unit of work that restores consents."""


async def restore_consents(
    store: Store[VoidingWork],
    trunk: str,
    *,
    since: datetime,
    until: datetime,
    by: str,
    at: datetime,
    reason: str,
) -> int:
    """Undo the ends of consents that calls of the trunk brought; return of how many numbers.

    Of calls that ended from `since` to `until`, both included; nothing that a person said. Contacts
    closed for it are due again. Every page is a unit: what breaks goes on when it is asked again,
    and others write in between. The last unit tells of the act as a whole.
    """
    numbers = 0
    while True:
        async with store.write() as work:
            found = await work.voidings.page(trunk, since=since, until=until, limit=PAGE)
            if not found:
                act = consents_restored(trunk, since, until, by=by, at=at, reason=reason, numbers=numbers)
                work.record(act)
                return numbers
            undone = [
                (one, ConsentReinstated(one.withdrawal.fingerprint, trunk, at, by, reason)) for one in found
            ]
            await work.voidings.undo(undone)
            work.record(*(consent_restored(one.withdrawal, restored) for one, restored in undone))
            await _call_again(work, found, at)
        numbers += len({one.withdrawal.fingerprint for one in found})


async def _call_again(work: VoidingWork, undone: list[StoredVoiding], at: datetime) -> None:
    """Make due the contacts closed by such a call, or refused since for want of the consent."""
    gone = await work.contacts.closed_for(ClosedReason.NUMBER_GONE, [one.contact_id for one in undone])
    await work.contacts.change(dict.fromkeys(gone, Due(at)))
    theirs = await work.consents.sponsors({one.withdrawal.fingerprint for one in undone})
    await reopen(work, dict.fromkeys(theirs, at))


@dataclass(frozen=True, slots=True)
class TrunkFault:
    """A period in which a trunk wrongly reported numbers as unallocated.

    `until` None: until now.
    """

    trunk: str
    since: datetime
    until: datetime | None
    reason: str


class Consents:
    def __init__(
        self,
        store: Store[VoidingWork],
        clock: Clock,
        fingerprints: Fingerprints,
        proofs: ConsentProofs,
        ringing: RingingCalls,
    ) -> None:
        self._store = store
        self._clock = clock
        self._fingerprints = fingerprints
        self._proofs = proofs
        self._ringing = ringing

    async def add(self, actor: Actor, given: Sequence[Mapping[str, str]]) -> int:
        """Store consents given as the columns of the contact CSV, all or none.

        Raise `InvalidInput` that names each bad one by its place.
        """
        actor.demand(Right.IMPORT)
        now = self._clock.now()
        stamp = ImportStamp(None, now, self._fingerprints, (await self._proofs.sealing(now)).seal)
        consents = await asyncio.to_thread(_read_all, given, stamp)
        async with self._store.write() as work:
            await add_consents(work, consents, by=actor.name)
        return len(consents)

    async def withdraw(self, actor: Actor, withdrawal: StatedOpposition) -> tuple[str, ...]:
        """End earlier consents, and a ringing call; of every sponsor where none is named.

        Return warnings. Like an opposition it is never refused for its spelling, and an unreadable
        `received_at` counts as now (T054).
        """
        actor.demand(Right.WITHDRAW_CONSENT)
        numbers = every_reading(withdrawal.phone_number)
        if not numbers:
            raise InvalidInput(
                "nobody is told apart by this withdrawal",
                (NO_DIGITS,),
                hint="give the number of whoever withdraws",
            )
        now = self._clock.now()
        withdrawn_at, warnings = moment(withdrawal.received_at, now)
        events = [
            ConsentWithdrawn(
                self._fingerprints.of(number),
                withdrawal.against,
                withdrawal.channel,
                withdrawn_at,
                now,
            )
            for number in numbers
        ]
        async with self._store.write() as work:
            await add_consents(work, events, by=actor.name)
        await self._ringing.cancel((event.fingerprint, event.sponsor) for event in events)
        return warnings

    async def restore(self, actor: Actor, fault: TrunkFault) -> int:
        """Undo the ends of consents by a faulty trunk; return the count of numbers.

        The callees' own words stand. Their contacts are due again. Raise `InvalidInput` without a
        reason, or for a time that ends before it begins.
        """
        actor.demand(Right.RESTORE_CONSENT)
        problems = []
        if not fault.reason.strip():
            problems.append(Problem("reason", "is empty: say what the trunk did, and how you know"))
        now = self._clock.now()
        until = min(fault.until or now, now)
        if until < fault.since:
            problems.append(Problem("since", "is later than its end, or than now"))
        if problems:
            raise InvalidInput("these consents cannot be restored", tuple(problems))
        return await restore_consents(
            self._store,
            fault.trunk,
            since=fault.since.astimezone(UTC),
            until=until.astimezone(UTC),
            by=actor.name,
            at=now,
            reason=fault.reason.strip(),
        )


def _read_all(given: Sequence[Mapping[str, str]], stamp: ImportStamp) -> list[ConsentGiven]:
    consents: list[ConsentGiven] = []
    problems: list[Problem] = []
    for place, cells in enumerate(given):
        try:
            consents.append(_read(cells, stamp))
        except RowRejected as rejected:
            problems.append(Problem(f"items.{place}", rejected.detail))
    if problems:
        raise InvalidInput("these consents are malformed", tuple(problems))
    return consents


def _read(cells: Mapping[str, str], stamp: ImportStamp) -> ConsentGiven:
    if unknown := sorted(cells.keys() - COLUMNS):
        raise RowRejected("COLUMN", f"unknown key {unknown[0]!r}")
    return read_consent_row(CsvRow(line=0, cells=dict(cells)), stamp)
