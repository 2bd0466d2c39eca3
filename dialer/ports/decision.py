"""Decisions as the claims recorded them, and their inputs."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.row_digests import RecordedDecision
from dialer.ports.records import ArchivedDecision, ArchivedInputs, DecisionFilter, SharedInput


class DecisionRepository(Protocol):
    async def add(self, decisions: Sequence[tuple[RecordedDecision, ArchivedInputs]]) -> None:
        """Store them, each with its inputs: none is stored that could not be made again."""
        ...

    async def page(self, query: DecisionFilter) -> list[ArchivedDecision]:
        """Return decisions in order of recording."""
        ...

    async def inputs(self, hashes: Iterable[str]) -> dict[str, SharedInput]:
        """Return shared inputs by hash; unknown hashes are left out."""
        ...

    async def forget_sealed(self, fingerprints: Sequence[Fingerprint]) -> tuple[int, int]:
        """Destroy the numbers' keys, and the texts sealed under them.

        Return the counts of keys and decisions. A number that comes back gets another key.
        """
        ...


class HasDecisions(Protocol):
    @property
    def decisions(self) -> DecisionRepository: ...
