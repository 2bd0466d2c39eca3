"""The part of an import that differs by kind: its columns, the meaning of a row, its storage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from dialer.domain.base.types import ImportId
from dialer.services.access.fingerprints import Fingerprints
from dialer.services.imports.csv_reader import CsvRow

Item = TypeVar("Item")
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


ProgressListener = Callable[[ImportProgress], None]


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
    """This row is left out; the others go on. `detail` must not repeat a phone number."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Warned:
    """A remark on a row that is kept all the same."""

    code: str
    detail: str


class Intake(Protocol[Item]):
    """A kind of import."""

    @property
    def columns(self) -> frozenset[str]: ...

    def read(self, row: CsvRow) -> tuple[Item, Sequence[Warned]]:
        """Read a row. Pure. Raise `RowRejected`."""
        ...

    async def keep(self, items: Sequence[Item]) -> int:
        """Store items in one transaction; return the number stored before."""
        ...
