"""Reports of imports, and their progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dialer.domain.access.roles import Actor, Right
from dialer.domain.base.errors import NotFound
from dialer.domain.base.types import ImportId
from dialer.domain.consent.contact import ImportManifest
from dialer.ports.consent.imports import HasImports
from dialer.ports.unit_of_work import Store
from dialer.services.imports.intake import ImportProgress, ProgressListener


@dataclass(frozen=True, slots=True)
class ImportState:
    """`manifest` is None while the file is checked, `report` (JSON) while the import goes on.

    `progress` is None once it is over, and where another process runs it.
    """

    manifest: ImportManifest | None
    report: str | None
    progress: ImportProgress | None


class ImportReports:
    def __init__(self, store: Store[HasImports]) -> None:
        self._store = store
        self._progress: dict[ImportId, ImportProgress] = {}

    @contextmanager
    def followed(self, import_id: ImportId) -> Iterator[ProgressListener]:
        """Publish the progress given to the listener in the block, for every entitled reader."""

        def listen(progress: ImportProgress) -> None:
            self._progress[import_id] = progress

        try:
            yield listen
        finally:
            self._progress.pop(import_id, None)

    async def state(self, actor: Actor, import_id: ImportId) -> ImportState:
        """Raise `NotFound`."""
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
