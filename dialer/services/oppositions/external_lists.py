"""External lists: imported whole, checked at every decision, replaced by the next of their name.

They are no part of the PBX's own lock. A national list holds millions of numbers, and an expired or
replaced one would have to be taken out of every PBX in time. Every call that reaches a PBX was
decided with the list of that instant, in the claiming transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import InvalidInput, Problem
from dialer.domain.base.types import Fingerprint
from dialer.domain.numbers.phone import every_reading
from dialer.domain.oppositions.suppression import ListKind, OppositionList
from dialer.ports.clock import Clock
from dialer.ports.oppositions import HasOppositionLists
from dialer.ports.records import ListedCount
from dialer.ports.unit_of_work import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.imports.csv import CsvRow
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import Importer, ImportSource, Origin, RowRejected, Warned

KIND = "opposition list"
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class ListOrigin:
    """The supplier's statement about a list.

    `sponsor` None means every sponsor. The end of its validity is exclusive. `kind` is the kind of
    its numbers.
    """

    name: str
    sponsor: str | None
    valid_from: datetime
    valid_to: datetime
    kind: ListKind = ListKind.OPPOSITIONS


@dataclass(frozen=True, slots=True)
class ListIntake:
    entry: OppositionList
    fingerprints: Fingerprints
    store: Store[HasOppositionLists]
    columns: frozenset[str] = frozenset({"phone_number"})

    def read(self, row: CsvRow) -> tuple[tuple[Fingerprint, ...], Sequence[Warned]]:
        """Read every possible number; reject the row only where there is no digit."""
        numbers = every_reading(row.cells.get("phone_number", ""))
        if not numbers:
            raise RowRejected("INVALID_NUMBER", "phone_number holds no digits")
        return tuple(self.fingerprints.of(number) for number in numbers), ()

    async def keep(self, items: Sequence[tuple[Fingerprint, ...]]) -> int:
        found = {fingerprint for readings in items for fingerprint in readings}
        async with self.store.write() as work:
            await work.lists.add(self.entry, found)
        return 0


class Lists:
    def __init__(
        self, store: Store[HasOppositionLists], clock: Clock, fingerprints: Fingerprints, importer: Importer
    ) -> None:
        self._store = store
        self._clock = clock
        self._fingerprints = fingerprints
        self._importer = importer

    async def run(self, actor: Actor, source: ImportSource, origin: ListOrigin) -> ImportReport:
        """Fill the list aside, then replace the one before.

        The actor must be allowed to lift oppositions: a number may leave with the old list. An
        import that is interrupted, or brings nothing, leaves the old list in force. Raise
        `InvalidInput` for an odd name or validity, and where the whole file is refused.
        """
        actor.demand(Right.REMOVE_OPPOSITION)
        name, now = origin.name.strip(), self._clock.now()
        if not name or len(name) > LONGEST_NAME:
            problem = Problem("name", f"should have one to {LONGEST_NAME} characters")
            raise InvalidInput("the list is refused", (problem,))
        if not max(origin.valid_from, now) < origin.valid_to:
            problem = Problem("valid_to", "lies before the beginning of the list, or in the past")
            raise InvalidInput("the list is refused", (problem,))
        entry = OppositionList(
            source.import_id, name, origin.sponsor, origin.valid_from, origin.valid_to, origin.kind
        )
        intake = ListIntake(entry, self._fingerprints, self._store)
        report = await self._importer.import_from(source, intake, Origin(KIND, actor.name, now))
        if report.imported:
            async with self._store.write() as work:
                await work.lists.put_in_force(entry.id, at=self._clock.now())
            await forget_replaced(self._store)
        return report

    async def current(self, actor: Actor) -> list[ListedCount]:
        """Return the lists with their validity, expired ones too."""
        if not actor.may(Right.READ_SUBJECTS):
            actor.demand(Right.ADD_OPPOSITION)
        async with self._store.read() as work:
            return await work.lists.current()


async def forget_replaced(store: Store[HasOppositionLists]) -> None:
    """Delete replaced lists, a few thousand entries a unit: calls in progress go on meanwhile."""
    more = True
    while more:
        async with store.write() as work:
            more = await work.lists.forget_replaced()
