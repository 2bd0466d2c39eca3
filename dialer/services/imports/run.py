"""The course of every import, from the check of its file to its report.

The whole file is checked and its provenance recorded, then its rows are kept some hundreds at a
time. Kinds of import differ in their `Intake` alone. The progress of an import is read with its
report.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from dialer.domain.access import Actor, Right
from dialer.domain.base.errors import InvalidInput, NotFound
from dialer.domain.base.types import CampaignId, ImportId
from dialer.domain.consent import ImportManifest, SourceClass
from dialer.domain.ledger.entries_admin import import_begun, import_ended
from dialer.ports.consent import HasImports
from dialer.ports.records import ImportCounts
from dialer.ports.unit_of_work import Store, UnitOfWork
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.imports.csv import CsvReader, CsvRow, RowBatch
from dialer.services.imports.report import ImportReport, RowNote, Tally

T = TypeVar("T")
Phase = Literal["check", "import"]


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """Progress of an import.

    A file is read twice: first checked whole, so that a refused file leaves nothing behind, then
    imported.
    """

    phase: Phase
    rows: int
    bytes_done: int
    bytes_total: int


ImportListener = Callable[[ImportProgress], None]


@dataclass(frozen=True, slots=True)
class ImportStamp:
    """The common data of all rows of one import.

    `seal` hides the proofs of consents from here on.
    """

    import_id: ImportId | None
    recorded_at: datetime
    fingerprints: Fingerprints
    seal: Callable[[str], str]


class RowRejected(Exception):
    """The rejection of one row; the others go on. `detail` must not repeat a phone number."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Warned:
    """A remark on a row that is kept all the same."""

    code: str
    detail: str


class Intake(Protocol[T]):
    """A kind of import: its columns, the meaning of a row, and its storage."""

    @property
    def columns(self) -> frozenset[str]: ...

    def read(self, row: CsvRow) -> tuple[T, Sequence[Warned]]:
        """Read a row. Pure. Raise `RowRejected`."""
        ...

    async def keep(self, items: Sequence[T]) -> int:
        """Store items in one transaction; return the number stored before."""
        ...


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
    """The unit of work of an import: its beginning and its end are entries of the ledger."""


@dataclass(frozen=True, slots=True)
class ImportSource:
    """A CSV file on this machine's disk, up to 2 GiB. `name` is its owner's name for it."""

    path: Path
    name: str
    listener: ImportListener | None = None
    import_id: ImportId = field(default_factory=new_import_id)


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of an import: kind and author, and for contacts the supplier's statement."""

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
        """Yield the rows in batches. Raise `InvalidInput` where the file as a whole is refused."""
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

    async def import_from(self, source: ImportSource, intake: Intake[T], origin: Origin) -> ImportReport:
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
        self, reading: FileReading, intake: Intake[T], manifest: ImportManifest, tally: Tally
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
    """End an import; `report` is the import report as JSON. Raise `NotFound`."""
    manifest = await work.imports.end(import_id, counts, report)
    work.record(import_ended(manifest, asdict(counts), report))


def _read_rows(batch: RowBatch, intake: Intake[T], tally: Tally) -> list[T]:
    items: list[T] = []
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


@dataclass(frozen=True, slots=True)
class ImportState:
    """The state of an import.

    `manifest` is None while the file is checked, `report` (JSON) while the import goes on.
    `progress` is None once it is over, and where another process runs it.
    """

    manifest: ImportManifest | None
    report: str | None
    progress: ImportProgress | None


class ImportReports:
    """Reports of imports, and the progress of those that this process runs."""

    def __init__(self, store: Store[HasImports]) -> None:
        self._store = store
        self._progress: dict[ImportId, ImportProgress] = {}

    @contextmanager
    def followed(self, import_id: ImportId) -> Iterator[ImportListener]:
        """Publish the progress given to the listener in the block, for every entitled reader."""

        def listen(progress: ImportProgress) -> None:
            self._progress[import_id] = progress

        try:
            yield listen
        finally:
            self._progress.pop(import_id, None)

    async def state(self, actor: Actor, import_id: ImportId) -> ImportState:
        """Return the state of an import. Raise `NotFound`."""
        if not actor.may(Right.READ_EVIDENCE):
            actor.demand(Right.IMPORT)
        progress = self._progress.get(import_id)
        try:
            async with self._store.read() as work:
                return ImportState(*await work.imports.get(import_id), progress)
        except NotFound:
            if progress is None:
                raise
            return ImportState(None, None, progress)
