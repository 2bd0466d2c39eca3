"""Erasure of a person in a unit of work (GDPR 17; rules T116, T121)."""

from dataclasses import asdict
from datetime import datetime
from typing import Protocol

from dialer.domain.base.errors import Conflict
from dialer.domain.base.types import Fingerprint
from dialer.domain.consent.consent import ConsentWithdrawn
from dialer.domain.ledger.entries_people import subject_erased
from dialer.ports.calls.attempts import HasAttempts
from dialer.ports.decisions import HasDecisions
from dialer.ports.oppositions.suppressions import HasSuppressions
from dialer.ports.upkeep.subjects import Erased
from dialer.services.acts.consents import ConsentWork, add_consents

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
