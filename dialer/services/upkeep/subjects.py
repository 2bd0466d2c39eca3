"""The rights of each person: access to their data, and its erasure.

See GDPR 15 and 17, T116 and T121.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Protocol

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.errors import InvalidInput, NotFound, Problem
from dialer.domain.base.types import Fingerprint, PhoneNumber
from dialer.domain.decision.facts import StoredAnswer, join_parts
from dialer.domain.ledger.entries_people import subject_exported
from dialer.domain.numbers.phone import every_reading, parse_phone
from dialer.domain.numbers.phone_text import PhoneError
from dialer.ports.access.vault import Vault
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store
from dialer.ports.upkeep.subjects import DecisionRow, Erased, HasSubjects, SubjectFile
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.acts.erasing import ErasureWork, erase_person
from dialer.services.calls.call_records import CallRecord, CallRecords
from dialer.services.consent.consent_proofs import ConsentProofs


class SubjectWork(ErasureWork, HasSubjects, Protocol):
    """The unit of work that reads and erases a person."""


@dataclass(frozen=True, slots=True)
class OpenedDecision:
    """A decision.

    `told` is its question and answer; None where they cannot be read. Then `why` says whether they
    were erased.
    """

    row: DecisionRow
    told: StoredAnswer | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    number: PhoneNumber
    fingerprint: Fingerprint
    file: SubjectFile
    calls: list[CallRecord]
    decisions: tuple[OpenedDecision, ...]


class Subjects:
    def __init__(
        self,
        store: Store[SubjectWork],
        calls: CallRecords,
        vault: Vault,
        fingerprints: Fingerprints,
        proofs: ConsentProofs,
        clock: Clock,
    ) -> None:
        self._store = store
        self._calls = calls
        self._vault = vault
        self._fingerprints = fingerprints
        self._proofs = proofs
        self._clock = clock

    async def export(self, actor: Actor, phone_number: str) -> Subject:
        """Return everything stored, refused decisions included. The access goes into the ledger.

        A spelling that is no plain number is read in every possible way, and taken for the only
        known number among them. Raise `NotFound` where nothing is stored, `InvalidInput` where it
        could be several people: no one sees another person's data.
        """
        actor.demand(Right.READ_SUBJECTS)
        async with self._store.read() as work:
            known = [
                (number, file)
                for number in _readings(phone_number)
                if not (file := await work.subjects.file(self._fingerprints.of(number))).empty
            ]
        if not known:
            raise NotFound("nothing is kept about this number")
        if len(known) > 1:
            raise InvalidInput(
                "the number can be read as several that are known here", hint="write it with its country code"
            )
        [(number, file)] = known
        fingerprint = self._fingerprints.of(number)
        opened = await asyncio.to_thread(
            lambda: tuple(self._opened(fingerprint, row) for row in file.decisions)
        )
        told = subject_exported(fingerprint, by=actor.name, at=self._clock.now())
        async with self._store.write() as work:
            work.record(told)
        proofs = await self._proofs.opening()
        whole = replace(file, consents=await asyncio.to_thread(tuple, map(proofs.clear, file.consents)))
        return Subject(number, fingerprint, whole, await self._calls.records(actor, file.calls), opened)

    async def erase(self, actor: Actor, phone_number: str) -> Erased:
        """Erase a person for good.

        The fingerprint stays, with oppositions and with times and outcomes of calls. Erasing is no
        opposition: a person who only asked to be forgotten may still agree anew. But it takes back
        every consent given until now, so that no list collected before leads to a call again; only
        a later positive act does. An opposition stays in force (FP-33). Raise `PhoneError` for a
        number that is not plain, `NotFound` where nothing is stored, `Conflict` while it is being
        called.
        """
        actor.demand(Right.ERASE)
        fingerprint = self._fingerprints.of(parse_phone(phone_number))
        async with self._store.write() as work:
            if (await work.subjects.file(fingerprint)).empty:
                raise NotFound("nothing is kept about this number")
            return await erase_person(work, fingerprint, by=actor.name, at=self._clock.now())

    def _opened(self, fingerprint: Fingerprint, row: DecisionRow) -> OpenedDecision:
        if row.sealed is None or row.key is None or row.context is None:
            return OpenedDecision(row, None, "erased, or never kept")
        try:
            told = join_parts(row.context, self._vault.open(fingerprint, row.key, row.sealed))
        except InvalidInput as damaged:
            return OpenedDecision(row, None, str(damaged))
        return OpenedDecision(row, told)


def _readings(phone_number: str) -> tuple[PhoneNumber, ...]:
    try:
        return (parse_phone(phone_number),)
    except PhoneError:
        readings = every_reading(phone_number)
    if not readings:
        raise InvalidInput("nobody is known by this", (Problem("phone_number", "holds no digits"),))
    return readings
