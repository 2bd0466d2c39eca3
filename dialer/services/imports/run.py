"""The course of every import.

Check the whole file, record its provenance, then keep its rows some hundreds at a time.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from dialer.domain.base.errors import InvalidInput
from dialer.domain.base.types import CampaignId, ImportId
from dialer.domain.consent.contact import ImportManifest, SourceClass
from dialer.domain.ledger.entries_admin import import_begun, import_ended
from dialer.ports.consent.imports import HasImports
from dialer.ports.records import ImportCounts
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.services.imports.csv_reader import CsvReader, RowBatch
from dialer.services.imports.intake import ImportProgress, Intake, Item, Phase, ProgressListener, RowRejected
from dialer.services.imports.report import ImportReport, RowNote, Tally

BATCH = 500
"""Rows a transaction.

Enough for bulk speed; few enough that dialling and a 9 do not wait long for the database.
"""
_INTERRUPTED = RowNote(
    0,
    "INTERRUPTED",
    "the end of the file was not reached: import it again, rows already kept are then duplicates",
)
_CHANGED = RowNote(
    0,
    "FILE_CHANGED",
    "the file was changed while it was imported: these rows are not all those of the recorded hash",
)


def new_import_id() -> ImportId:
    return ImportId(f"i{secrets.token_hex(6)}")


class ImportWork(HasImports, UnitOfWork, Protocol):
    """The unit of work of an import."""


@dataclass(frozen=True, slots=True)
class ImportSource:
    """A CSV file on this machine's disk, up to 2 GiB. `name` is its owner's name for it."""

    path: Path
    name: str
    listener: ProgressListener | None = None
    import_id: ImportId = field(default_factory=new_import_id)


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of an import; for contacts with the supplier's statement."""

    kind: str
    imported_by: str
    imported_at: datetime
    campaign_id: CampaignId | None = None
    source_class: SourceClass | None = None
    supplier: str | None = None
    collected_at: datetime | None = None


class FileReading:
    """A reading of the file, from its beginning to its end.

    Rows are parsed in a thread: calls go on meanwhile.
    """

    def __init__(self, source: ImportSource, columns: frozenset[str], phase: Phase) -> None:
        self._source = source
        self._columns = columns
        self._phase: Phase = phase
        self.sha256 = ""
        """Hash of the whole file, once read."""

    async def batches(self) -> AsyncIterator[RowBatch]:
        """Raise `InvalidInput` where the file as a whole is refused."""
        path = self._source.path
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except OSError as error:
            raise InvalidInput(f"{self._source.name} cannot be read ({error.strerror})") from None
        with file:
            reader = await asyncio.to_thread(CsvReader, file, self._columns)
            size, rows = os.fstat(file.fileno()).st_size, 0
            while (batch := await asyncio.to_thread(reader.next_batch, BATCH)).rows:
                rows += len(batch.rows)
                if self._source.listener:
                    self._source.listener(ImportProgress(self._phase, rows, batch.bytes_done, size))
                yield batch
            self.sha256 = reader.sha256()


@dataclass(frozen=True, slots=True)
class Importer:
    """The common part of every import.

    `room` waits until the ledger has caught up, so that calls need not wait for the import.
    """

    store: Store[ImportWork]
    rejects_folder: Path
    room: Callable[[], Awaitable[None]]

    async def take_in(self, source: ImportSource, intake: Intake[Item], origin: Origin) -> ImportReport:
        """Check the file whole, then keep its good rows.

        Raise `InvalidInput` where it is refused: nothing is stored then.
        """
        checked = FileReading(source, intake.columns, "check")
        async for _ in checked.batches():
            pass
        manifest = ImportManifest(
            id=source.import_id,
            kind=origin.kind,
            campaign_id=origin.campaign_id,
            source_class=origin.source_class,
            supplier=origin.supplier,
            collected_at=origin.collected_at,
            file_name=source.name,
            file_sha256=checked.sha256,
            imported_by=origin.imported_by,
            imported_at=origin.imported_at,
        )
        async with self.store.write() as work:
            await begin_import(work, manifest)
        tally = Tally(manifest.id, self.rejects_folder)
        try:
            await self._keep(FileReading(source, intake.columns, "import"), intake, manifest, tally)
        except BaseException:
            tally.warn(_INTERRUPTED)
            raise
        finally:
            report = tally.report()
            async with self.store.write() as work:
                await end_import(work, manifest.id, report.counts(), report.as_json())
        return report

    async def _keep(
        self, reading: FileReading, intake: Intake[Item], manifest: ImportManifest, tally: Tally
    ) -> None:
        async for batch in reading.batches():
            await self.room()
            items = await asyncio.to_thread(_read_rows, batch, intake, tally)
            tally.kept(len(items), duplicates=await intake.keep(items) if items else 0)
        if reading.sha256 != manifest.file_sha256:
            tally.warn(_CHANGED)


async def begin_import(work: ImportWork, manifest: ImportManifest) -> None:
    await work.imports.add(manifest)
    work.record(import_begun(manifest))


async def end_import(work: ImportWork, import_id: ImportId, counts: ImportCounts, report: str) -> None:
    """`report`: the import report as JSON. Raise `NotFound`."""
    manifest = await work.imports.end(import_id, counts, report)
    work.record(import_ended(manifest, asdict(counts), report))


def _read_rows(batch: RowBatch, intake: Intake[Item], tally: Tally) -> list[Item]:
    items: list[Item] = []
    for row in batch.rows:
        try:
            item, warnings = intake.read(row)
        except RowRejected as rejected:
            tally.reject(RowNote(row.line, rejected.code, rejected.detail))
            continue
        items.append(item)
        for warned in warnings:
            tally.warn(RowNote(row.line, warned.code, warned.detail))
    return items
