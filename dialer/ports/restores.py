"""What the database knows of its own restoration from a backup, until an operator has ended it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import AttemptId, CampaignId, Fingerprint


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that the backup did not hold, as the journal tells of it. `sponsor` None: nobody knows for whom, so it counts for all."""

    attempt_id: AttemptId
    fingerprint: Fingerprint
    campaign_id: CampaignId
    sponsor: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DatabaseRestore:
    """Nobody is called before it is `ended_at`. `read_back`: by PBX, how many oppositions its lock held that the database did not."""

    taken_at: datetime
    restored_at: datetime
    by: str
    read_back: Mapping[str, int]
    ended_at: datetime | None


class RestoreRepository(Protocol):
    async def add(self, restoration: DatabaseRestore) -> None: ...

    async def last(self) -> DatabaseRestore | None: ...

    async def add_calls(self, calls: Sequence[PastCall]) -> int:
        """Return how many the database did not know, as attempts or from earlier."""
        ...

    async def note_read_back(self, pbx: str, *, oppositions: int) -> None: ...

    async def end(self, *, at: datetime) -> None: ...


class HasRestores(Protocol):
    @property
    def restores(self) -> RestoreRepository: ...
