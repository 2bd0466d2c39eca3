"""Ends of consents that a trunk at fault brought, undone page by page."""

from datetime import datetime
from typing import Protocol

from dialer.domain.calls.retry import NUMBER_GONE, Due
from dialer.domain.consent.consent import ConsentReinstated
from dialer.domain.ledger.entries_people import consent_restored, consents_restored
from dialer.ports.calls.trunks import HasVoidings, StoredVoiding
from dialer.ports.unit_of_work import Store
from dialer.services.acts.consents import ConsentWork, reopen

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
    gone = await work.contacts.closed_for(NUMBER_GONE, [one.contact_id for one in undone])
    await work.contacts.change(dict.fromkeys(gone, Due(at)))
    theirs = await work.consents.sponsors({one.withdrawal.fingerprint for one in undone})
    await reopen(work, dict.fromkeys(theirs, at))
