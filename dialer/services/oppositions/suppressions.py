"""Oppositions: stored at once and for good, sent to every PBX (FP-21).

Only an administrator lifts them.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import InvalidInput, NotFound, Problem
from dialer.domain.base.types import Fingerprint, PhoneNumber
from dialer.domain.consent import ConsentWithdrawn
from dialer.domain.numbers.phone import every_reading, parse_phone
from dialer.domain.numbers.phone_text import PhoneError
from dialer.domain.oppositions.suppression import PbxSuppression, Suppression, pbx_entries
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.acts import people
from dialer.services.oppositions import statements
from dialer.services.oppositions.pbx_lock import RingingCalls


class SuppressionWork(people.OppositionWork, people.ConsentWork, Protocol):
    """The unit of work that records oppositions."""


class PbxLocks(Protocol):
    """The suppression locks of all PBXs. One that is away is updated at its next recovery."""

    async def suppress(self, entries: Sequence[PbxSuppression]) -> None: ...

    async def unsuppress(self, entry: PbxSuppression) -> None: ...


class Suppressions:
    def __init__(
        self,
        store: Store[SuppressionWork],
        clock: Clock,
        fingerprints: Fingerprints,
        locks: PbxLocks,
        ringing: RingingCalls,
    ) -> None:
        self._store = store
        self._clock = clock
        self._fingerprints = fingerprints
        self._locks = locks
        self._ringing = ringing

    async def add(
        self, actor: Actor, objection: statements.StatedOpposition
    ) -> statements.UnderstoodOppositions:
        """Record an opposition, in force when this returns.

        Raise `InvalidInput` only for a number without a digit.
        """
        actor.demand(Right.ADD_OPPOSITION)
        return await self.take(objection, actor.name)

    async def take(
        self, objection: statements.StatedOpposition, recorded_by: str
    ) -> statements.UnderstoodOppositions:
        """Record an opposition as `add`, without a check of rights."""
        receipt = statements.Receipt(self._clock.now(), recorded_by)
        understood = statements.understand(objection, receipt, self._fingerprints)
        await self.enforce(understood.suppressions)
        return understood

    async def take_all(
        self, objections: Iterable[statements.StatedOpposition], recorded_by: str
    ) -> list[InvalidInput]:
        """Record oppositions as `take`, in one transaction.

        Return the errors of those without a digit.
        """
        receipt, refused = statements.Receipt(self._clock.now(), recorded_by), list[InvalidInput]()
        suppressions: list[Suppression] = []
        for objection in objections:
            try:
                suppressions += statements.understand(objection, receipt, self._fingerprints).suppressions
            except InvalidInput as error:
                refused.append(error)
        if suppressions:
            await self.enforce(suppressions)
        return refused

    async def enforce(self, suppressions: Sequence[Suppression]) -> None:
        """Commit, then lock every PBX, then cancel ringing calls.

        In this order no call starts behind it.
        """
        await self.store(suppressions)
        await self.tell(suppressions)

    async def store(self, suppressions: Sequence[Suppression]) -> None:
        """Store them, the first half of `enforce`: nothing is decided for them any more."""
        await people.store_oppositions(self._store, suppressions)

    async def tell(self, suppressions: Sequence[Suppression]) -> None:
        """Tell the PBXs, the second half: nothing decided before leaves any more."""
        await self._locks.suppress(pbx_entries(suppressions))
        await self._ringing.cancel((s.fingerprint, s.sponsor) for s in suppressions)

    async def check(self, actor: Actor, phone_number: str) -> tuple[Suppression, ...]:
        """Return the oppositions in force against this number.

        Where its spelling is odd, return those against every number it could mean.
        """
        _demand_sight(actor)
        meant = self._meant(phone_number)
        async with self._store.read() as work:
            found = await work.suppressions.of_many(meant)
        return tuple(entry for one in meant for entry in found.get(one, ()))

    async def count(self, actor: Actor) -> int:
        """Count the numbers opposed, by fingerprint."""
        _demand_sight(actor)
        async with self._store.read() as work:
            return await work.suppressions.count()

    async def remove(self, actor: Actor, phone_number: str, reason: str) -> int:
        """Lift every opposition of this number; return their count.

        Consents given before the opposition stay void: only a later positive act counts again.
        Raise `NotFound` where there is none, `PhoneError` for a number that is not plain: a removal
        must not be a guess.
        """
        actor.demand(Right.REMOVE_OPPOSITION)
        fingerprint = self._fingerprints.of(_whose(phone_number, reason))
        now = self._clock.now()
        # One act: earlier consents are void at the moment in which the opposition is lifted.
        async with self._store.write() as work:
            await work.numbers.await_turn([fingerprint])
            lifted = (await work.suppressions.of_many([fingerprint])).get(fingerprint, ())
            if not lifted:
                raise NotFound("no opposition of this number is in force")
            void = [ConsentWithdrawn(fingerprint, s.sponsor, s.channel, s.received_at, now) for s in lifted]
            await people.add_consents(work, void, by=actor.name)
            removed = await people.lift_oppositions(
                work, fingerprint, None, by=actor.name, at=now, reason=reason
            )
        for entry in dict.fromkeys(pbx_entries(lifted)):
            await self._locks.unsuppress(entry)
        return removed

    def _meant(self, phone_number: str) -> tuple[Fingerprint, ...]:
        try:
            return (self._fingerprints.of(parse_phone(phone_number)),)
        except PhoneError:
            numbers = every_reading(phone_number)
        if not numbers:
            raise InvalidInput("the number cannot be looked up", (statements.NO_DIGITS,))
        return tuple(self._fingerprints.of(number) for number in numbers)


def _whose(phone_number: str, reason: str) -> PhoneNumber:
    """Return the number whose oppositions are to be removed.

    Raise `PhoneError`, or `InvalidInput` where the reason is missing, too.
    """
    if reason.strip():
        return parse_phone(phone_number)
    problems = [Problem("reason", "is empty: say who asked for it, and how")]
    try:
        parse_phone(phone_number)
    except PhoneError as error:
        problems.append(Problem("phone_number", str(error)))
    raise InvalidInput("a removal needs a reason", tuple(problems))


def _demand_sight(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may record oppositions, or is an auditor."""
    if not actor.may(Right.READ_SUBJECTS):
        actor.demand(Right.ADD_OPPOSITION)
