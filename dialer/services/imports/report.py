"""The report of an import: counts that add up, and every rejected row."""

import csv
import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from dialer.domain.base.types import ImportId
from dialer.ports.records import ImportCounts

MAX_INLINE = 1000


@dataclass(frozen=True, slots=True)
class RowNote:
    """A remark on one row.

    `detail` begins with our own words and holds no phone number, so it is safe in a log or a
    spreadsheet.
    """

    line: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The report of an import: `rows` = `imported` + `duplicates` + `rejected_count`.

    `rejected` and `warnings` hold the first thousand each.
    """

    import_id: ImportId
    rows: int
    imported: int
    duplicates: int
    rejected_count: int
    rejected: tuple[RowNote, ...]
    warnings: tuple[RowNote, ...]
    rejects_file: str | None
    """CSV of all rejects; None where there are none."""

    def counts(self) -> ImportCounts:
        return ImportCounts(self.rows, self.imported, self.duplicates, self.rejected_count)

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


class Tally:
    """Counts during the import, which writes rejects to `folder` as they come.

    Close it when done.
    """

    def __init__(self, import_id: ImportId, folder: Path) -> None:
        self._import_id = import_id
        self._path = folder / f"{import_id}.rejects.csv"
        self._stack = ExitStack()
        self._file: TextIO | None = None
        self._imported = self._duplicates = self._rejected_count = 0
        self._rejected: list[RowNote] = []
        self._warnings: list[RowNote] = []

    @property
    def rows(self) -> int:
        return self._imported + self._duplicates + self._rejected_count

    def kept(self, rows: int, *, duplicates: int) -> None:
        self._imported += rows - duplicates
        self._duplicates += duplicates

    def warn(self, note: RowNote) -> None:
        """Keep a remark. Remarks on the whole file (line 0) are kept beyond the first thousand."""
        if note.line == 0 or len(self._warnings) < MAX_INLINE:
            self._warnings.append(note)

    def reject(self, note: RowNote) -> None:
        self._rejected_count += 1
        if len(self._rejected) < MAX_INLINE:
            self._rejected.append(note)
        csv.writer(self._rejects_file()).writerow((note.line, note.code, note.detail))

    def report(self) -> ImportReport:
        """Close the rejects file, and return the report."""
        self.close()
        return ImportReport(
            import_id=self._import_id,
            rows=self.rows,
            imported=self._imported,
            duplicates=self._duplicates,
            rejected_count=self._rejected_count,
            rejected=tuple(self._rejected),
            warnings=tuple(self._warnings),
            rejects_file=str(self._path) if self._file else None,
        )

    def close(self) -> None:
        self._stack.close()

    def _rejects_file(self) -> TextIO:
        if self._file is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = self._stack.enter_context(self._path.open("w", encoding="utf-8", newline=""))
            csv.writer(self._file).writerow(("line", "code", "detail"))
        return self._file
