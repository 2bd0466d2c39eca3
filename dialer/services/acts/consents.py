"""Consents given and withdrawn, each with its evidence, in a unit of work."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import Fingerprint
from dialer.domain.calls.retry import WANT_OF_CONSENT, Due
from dialer.domain.campaigns.campaign import FINAL_STATES
from dialer.domain.consent.consent import ConsentEvent, ConsentGiven, ConsentWithdrawn
from dialer.domain.ledger.entries_people import consented
from dialer.ports.consent.consents import HasConsents
from dialer.ports.consent.contacts import HasContacts
from dialer.ports.oppositions.number_locks import HasNumberLocks
from dialer.ports.unit_of_work import UnitOfWork

AT_ONCE = 250
"""Events told without a pause: some ten milliseconds in which no call event is read."""


class ConsentWork(HasConsents, HasContacts, HasNumberLocks, UnitOfWork, Protocol):
    """The unit of work that stores a consent."""


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
