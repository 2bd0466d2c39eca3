"""Halts to be called, and a home that keeps them in memory."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dialer.domain.base.halt import Halt
from dialer.domain.base.types import HaltId

HALTED_AT = datetime(2027, 2, 1, 9, 30, 0, 123456, tzinfo=UTC)


def a_halt(reason: str = "fire", by: str = "omar", at: datetime = HALTED_AT) -> Halt:
    return Halt(HaltId(uuid.uuid4().hex), by, at, reason)


@dataclass(slots=True)
class NotesInMemory:
    """The halts of one home; its processes share it."""

    kept: dict[HaltId, Halt] = field(default_factory=dict)

    async def all(self) -> Sequence[Halt]:
        return list(self.kept.values())

    async def keep(self, halt: Halt) -> None:
        self.kept.setdefault(halt.id, halt)

    async def drop(self, ids: Collection[HaltId]) -> None:
        for halt_id in ids:
            self.kept.pop(halt_id, None)
