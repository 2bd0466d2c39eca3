"""The import of oppositions from a CSV file.

A row is rejected only where it holds no digit: in doubt an opposition is kept.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import InvalidInput
from dialer.domain.oppositions.suppression import OppositionChannel, Suppression
from dialer.ports.clock import Clock
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.imports.csv import CsvRow
from dialer.services.imports.report import ImportReport
from dialer.services.imports.run import Importer, ImportSource, Origin, RowRejected, Warned
from dialer.services.oppositions.statements import Receipt, StatedOpposition, understand
from dialer.services.oppositions.suppressions import Suppressions

OPPOSITION_COLUMNS = frozenset({"phone_number", "channel", "received_at", "sponsor", "note"})


def read_opposition(
    row: CsvRow, receipt: Receipt, fingerprints: Fingerprints
) -> tuple[tuple[Suppression, ...], Sequence[Warned]]:
    """Read an opposition. Raise `RowRejected` only where there is no digit.

    Where cells cannot be separated, the number is taken, against every sponsor.
    """
    number = row.cells.get("phone_number", "")
    if row.fault:
        objection, warnings = StatedOpposition(number, OppositionChannel.IMPORT), [_broken(row)]
    else:
        channel, warnings = _channel(row)
        objection = StatedOpposition(
            number, channel, row.cells.get("sponsor"), row.text("received_at"), row.text("note")
        )
    try:
        understood = understand(objection, receipt, fingerprints)
    except InvalidInput as error:
        raise RowRejected("INVALID_NUMBER", error.detail) from None
    return understood.suppressions, [
        *warnings,
        *(Warned("RECEIVED_AT", detail) for detail in understood.warnings),
    ]


def _broken(row: CsvRow) -> Warned:
    return Warned("MALFORMED_ROW", f"{row.fault}: stored against every sponsor, without the other cells")


def _channel(row: CsvRow) -> tuple[OppositionChannel, list[Warned]]:
    stated = row.text("channel")
    try:
        return OppositionChannel(stated or OppositionChannel.IMPORT), []
    except ValueError:
        return OppositionChannel.IMPORT, [
            Warned("CHANNEL", f"channel is none of {', '.join(OppositionChannel)}: stored as import")
        ]


Readings = tuple[Suppression, ...]
"""The entries of one row: one for each number it could mean."""


class Telling:
    """The way to the PBXs, one batch after another. Storing the next batch does not wait for it."""

    def __init__(self, suppressions: Suppressions) -> None:
        self._suppressions = suppressions
        self._last: asyncio.Task[None] | None = None

    def add(self, stored: Sequence[Suppression]) -> None:
        self._last = asyncio.create_task(self._tell(stored, after=self._last))

    async def _tell(self, stored: Sequence[Suppression], *, after: asyncio.Task[None] | None) -> None:
        if after is not None:
            await after
        await self._suppressions.tell(stored)

    async def end(self) -> None:
        if self._last is not None:
            await self._last


@dataclass(frozen=True, slots=True)
class OppositionIntake:
    receipt: Receipt
    fingerprints: Fingerprints
    suppressions: Suppressions
    telling: Telling
    columns: frozenset[str] = OPPOSITION_COLUMNS

    def read(self, row: CsvRow) -> tuple[Readings, Sequence[Warned]]:
        return read_opposition(row, self.receipt, self.fingerprints)

    async def keep(self, items: Sequence[Readings]) -> int:
        suppressions = [suppression for readings in items for suppression in readings]
        await self.suppressions.store(suppressions)
        self.telling.add(suppressions)
        return 0


class SuppressionImports:
    def __init__(
        self,
        clock: Clock,
        fingerprints: Fingerprints,
        suppressions: Suppressions,
        importer: Importer,
    ) -> None:
        self._clock = clock
        self._fingerprints = fingerprints
        self._suppressions = suppressions
        self._importer = importer

    async def run(self, actor: Actor, source: ImportSource) -> ImportReport:
        """Import oppositions. Raise `InvalidInput` where the whole file is refused.

        An opposition stored before is stored again: its events are a history.
        """
        actor.demand(Right.ADD_OPPOSITION)
        now = self._clock.now()
        receipt = Receipt(now, actor.name, source=source.import_id)
        telling = Telling(self._suppressions)
        intake = OppositionIntake(receipt, self._fingerprints, self._suppressions, telling)
        origin = Origin("suppressions", actor.name, now)
        try:
            return await self._importer.import_from(source, intake, origin)
        finally:
            await telling.end()
