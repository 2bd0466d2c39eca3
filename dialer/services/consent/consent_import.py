"""Use case: consents from a file, for all campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.access.roles import Actor, Right
from dialer.domain.consent.consent import ConsentGiven
from dialer.ports.clock import Clock
from dialer.ports.unit_of_work import Store
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.acts.consents import ConsentWork, add_consents
from dialer.services.consent.consent_proofs import ConsentProofs
from dialer.services.consent.consent_rows import CONSENT_COLUMNS, read_consent
from dialer.services.imports.cells import demand_whole, phone, place
from dialer.services.imports.csv_reader import CsvRow
from dialer.services.imports.intake import ImportStamp, Warned
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import Importer, ImportSource, Origin

COLUMNS = CONSENT_COLUMNS | {"phone_number", "territory", "timezone", "postcode"}
REGION = "FR"
"""National forms are read as French: a consent names no profile."""


@dataclass(frozen=True, slots=True)
class ConsentIntake:
    stamp: ImportStamp
    store: Store[ConsentWork]
    imported_by: str
    columns: frozenset[str] = COLUMNS

    def read(self, row: CsvRow) -> tuple[ConsentGiven, Sequence[Warned]]:
        return read_consent_row(row, self.stamp), ()

    async def keep(self, items: Sequence[ConsentGiven]) -> int:
        async with self.store.write() as work:
            await add_consents(work, items, by=self.imported_by)
        return 0


def read_consent_row(row: CsvRow, stamp: ImportStamp) -> ConsentGiven:
    """Raise `RowRejected`."""
    demand_whole(row)
    number = phone(row, REGION)
    return read_consent(row, number, place(row, number), stamp)


class ConsentImports:
    def __init__(
        self,
        store: Store[ConsentWork],
        clock: Clock,
        fingerprints: Fingerprints,
        proofs: ConsentProofs,
        importer: Importer,
    ) -> None:
        self._store = store
        self._clock = clock
        self._fingerprints = fingerprints
        self._proofs = proofs
        self._importer = importer

    async def run(self, actor: Actor, source: ImportSource) -> ImportReport:
        """Import consents. Raise `InvalidInput` where the whole file is refused.

        A consent stored before is stored again: its events are a history.
        """
        actor.demand(Right.IMPORT)
        now = self._clock.now()
        seal = (await self._proofs.sealing(now)).seal
        stamp = ImportStamp(source.import_id, now, self._fingerprints, seal)
        intake = ConsentIntake(stamp, self._store, actor.name)
        origin = Origin("consents", actor.name, now)
        return await self._importer.take_in(source, intake, origin)
