"""CSV as people save it, read in batches of rows (docs/contact-file.md).

Physical lines are numbered, hashed and decoded, with at most one row in memory. The first line of a
broken row is given up alone: the further ones may be good rows.
"""

import csv
import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from dialer.domain.base.errors import InvalidInput
from dialer.domain.ledger.event import redacted

MAX_ROW_BYTES = 64 * 1024
_BOM = b"\xef\xbb\xbf"
_SAVE_AS = "save the file as CSV UTF-8"


class CsvLines:
    """An iterator of text lines for `csv.reader` that knows the start of the present row.

    Raise `InvalidInput` for a fault of the whole file: NUL bytes, not UTF-8, a row over 64 KiB.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._again: deque[bytes] = deque()
        self._row: list[bytes] = []
        self._row_bytes = 0
        self._number = 0
        self._sha256 = hashlib.sha256()
        self.bytes_read = 0
        self.row_line = 1
        """The line of the file (from 1) where the present row began."""

    def begin_row(self) -> None:
        self._row.clear()
        self._row_bytes = 0
        self.row_line = self._number + 1

    def give_back_all_but_first(self) -> str:
        """Hand the further lines of a broken row out again, since they may be good rows.

        Return its first line.
        """
        first, *rest = self._row
        self._again.extendleft(reversed(rest))
        self._number -= len(rest)
        return first.decode()

    def sha256(self) -> str:
        """Return the SHA-256 of all bytes read so far, in hexadecimal."""
        return self._sha256.hexdigest()

    def __iter__(self) -> "CsvLines":
        return self

    def __next__(self) -> str:
        raw = self._again.popleft() if self._again else self._read()
        if not raw:
            raise StopIteration
        self._number += 1
        self._row.append(raw)
        self._row_bytes += len(raw)
        if self._row_bytes - len(raw) + len(raw.rstrip(b"\r\n")) > MAX_ROW_BYTES:
            raise InvalidInput(
                f"line {self.row_line}: a row of more than 64 KiB",
                hint="look there for a quotation mark that is never closed",
            )
        return self._decoded(raw)

    def _read(self) -> bytes:
        raw = self._file.readline(MAX_ROW_BYTES + len(b"\r\n") + 1)
        self._sha256.update(raw)
        if not self.bytes_read:
            self.bytes_read = len(raw)
            return raw.removeprefix(_BOM)
        self.bytes_read += len(raw)
        return raw

    def _decoded(self, raw: bytes) -> str:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise InvalidInput(f"line {self._number}: not UTF-8", hint=_SAVE_AS) from None
        if "\0" in text:
            raise InvalidInput(f"line {self._number}: a NUL byte", hint=_SAVE_AS)
        return text


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
    """A reader of one open file, from its beginning to its end.

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
