"""Proofs of consents as stored, and their keys: one for each month of recording."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ProofRow:
    """The proof of a consent. `source` and `proof` are as stored."""

    id: int
    recorded_at: datetime
    source: str
    proof: str


class ProofRepository(Protocol):
    async def keep_key(self, month: str, key: bytes) -> bytes:
        """Return the key of the month (`2027-02`): `key`, unless there was one already."""
        ...

    async def keys(self) -> dict[str, bytes]: ...

    async def in_clear(self, *, sealed: Sequence[str], limit: int) -> list[ProofRow]:
        """Return some proofs that begin with none of `sealed`."""
        ...

    async def replace(self, rows: Sequence[ProofRow]) -> None: ...

    async def destroy_keys(self, *, before: str) -> int:
        """Destroy the keys of earlier months without consents left; return their number."""
        ...


class HasProofs(Protocol):
    @property
    def proofs(self) -> ProofRepository: ...
