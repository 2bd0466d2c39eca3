"""Physical lines of a CSV file: numbered, hashed, decoded, at most one row in memory."""

import hashlib
from collections import deque
from typing import BinaryIO

from dialer.domain.base.errors import InvalidInput

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
        """Hexadecimal, of all bytes read so far."""
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
