"""Cases for `dialer decide --file`: one question a line, and no bad line stops the rest."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

import typer

from dialer.cli.base.times import instant
from dialer.domain.base.errors import InvalidInput

COLUMNS = frozenset({"number", "at"})
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Case:
    """A question. `number` is as typed."""

    number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BadCase:
    """A line that is no question, and the reason."""

    why: str


def read_cases(path: Path) -> Iterator[Case | BadCase]:
    """Yield the cases in order, without blank lines.

    Raise `InvalidInput` where the file cannot be read or its header lacks a column.
    """
    try:
        # A byte that is not UTF-8 spoils its own line only.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
            yield from _cases(file)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None


def _cases(file: TextIO) -> Iterator[Case | BadCase]:
    header = next(file, "")
    separator = max(_SEPARATORS, key=header.count)
    columns = ["".join(cell.lower().split()) for cell in _cells(header, separator) or ()]
    if not COLUMNS.issubset(columns):
        raise InvalidInput("the file needs a header line with the columns number,at")
    for line in file:
        if line.strip():
            yield _case(_cells(line, separator), columns)


def _cells(line: str, separator: str) -> list[str] | None:
    """Read the cells of a line. None where a quotation mark is out of place.

    Neither number nor time spans two lines, so an open quotation mark swallows no other case.
    """
    try:
        return next(csv.reader([line.rstrip("\r\n")], delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def _case(cells: list[str] | None, columns: list[str]) -> Case | BadCase:
    if cells is None:
        return BadCase("a quotation mark out of place")
    if len(cells) != len(columns):
        return BadCase(f"{len(cells)} cells where the header has {len(columns)}")
    if any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
        return BadCase("not UTF-8")
    case = dict(zip(columns, cells, strict=True))
    try:
        return Case(case["number"], instant(case["at"].strip()))
    except typer.BadParameter as error:
        return BadCase(error.message)
