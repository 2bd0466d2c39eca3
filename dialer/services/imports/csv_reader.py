"""CSV as people save it, in batches of rows (docs/contact-file.md)."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from dialer.domain.base.errors import InvalidInput
from dialer.domain.ledger.redaction import redacted
from dialer.services.imports.csv_lines import CsvLines

MAX_COLUMNS = 100
_SEPARATORS = ",;\t"
_PHONE = "phone_number"


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row. `line` is its first line, the file's first line being 1.

    `fault` says why its cells cannot be trusted, or is empty.
    """

    line: int
    cells: dict[str, str]
    fault: str = ""

    def text(self, column: str) -> str:
        """Return the cell without surrounding spaces; empty where the file has no such column."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True, slots=True)
class RowBatch:
    rows: Sequence[CsvRow]
    bytes_done: int


class CsvReader:
    """Reads one open file from its beginning to its end.

    Blocking: call it in a thread. Raise `InvalidInput` for the whole file.
    """

    def __init__(self, file: BinaryIO, known: frozenset[str]) -> None:
        self._lines = CsvLines(file)
        header = _first_line(self._lines)
        self._separator = max(_SEPARATORS, key=header.count)
        self._columns = _columns(header, self._separator, known)
        self._rows = self._read_rows()

    def next_batch(self, size: int) -> RowBatch:
        """Return up to `size` rows, blank lines left out; none at the end of the file."""
        rows = tuple(islice(self._rows, size))
        return RowBatch(rows, self._lines.bytes_read)

    def sha256(self) -> str:
        """Return the hash of the part read: of the whole file once a batch came back empty."""
        return self._lines.sha256()

    def _read_rows(self) -> Iterator[CsvRow]:
        reader = csv.reader(self._lines, delimiter=self._separator, strict=True)
        while True:
            self._lines.begin_row()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield self._broken()
                continue
            if len(cells) > 1 or "".join(cells).strip():
                yield self._whole(cells)

    def _whole(self, cells: list[str]) -> CsvRow:
        fault = ""
        if len(cells) != len(self._columns):
            fault = f"{len(cells)} cells where the header has {len(self._columns)}"
        return CsvRow(self._lines.row_line, dict(zip(self._columns, cells, strict=False)), fault)

    def _broken(self) -> CsvRow:
        """Give up the first line of a broken row, cut at its separators.

        A quotation mark out of place may have swallowed good rows.
        """
        line = self._lines.row_line
        cells = self._lines.give_back_all_but_first().rstrip("\r\n").split(self._separator)
        bare = [cell.strip('"') for cell in cells]
        return CsvRow(line, dict(zip(self._columns, bare, strict=False)), "a quotation mark out of place")


def _first_line(lines: CsvLines) -> str:
    for line in lines:
        if line.strip():
            return line
        lines.begin_row()
    raise InvalidInput(
        "no header: the file is empty", hint=f"its first line names the columns, {_PHONE} among them"
    )


def _columns(header: str, separator: str, known: frozenset[str]) -> tuple[str, ...]:
    try:
        (cells,) = csv.reader([header], delimiter=separator, strict=True)
    except csv.Error:
        raise InvalidInput(
            "the header cannot be read", hint="end lines with LF or CR LF and close quotation marks"
        ) from None
    if len(cells) > MAX_COLUMNS:
        raise InvalidInput(f"{len(cells)} columns; {MAX_COLUMNS} are allowed")
    names = tuple("_".join(cell.lower().split()) for cell in cells)
    unknown = [name for name in names if name not in known]
    if _PHONE not in names:
        raise InvalidInput(
            f"no column {_PHONE} in the header", hint="the first line of the file must name the columns"
        )
    if unknown:
        raise InvalidInput(
            f"unknown column {redacted(unknown[0][:40])!r}", hint=f"columns may be {', '.join(sorted(known))}"
        )
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InvalidInput(f"column {repeated[0]} stands more than once")
    return names
