"""The restoration of the database from a backup, until an operator has ended it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import AttemptId, CampaignId, Fingerprint


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that the backup did not hold, from the journal.

    `sponsor` None means unknown, so it counts for every sponsor.
    """

    attempt_id: AttemptId
    fingerprint: Fingerprint
    campaign_id: CampaignId
    sponsor: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DatabaseRestore:
    """A restoration. No call is made before it is `ended_at`.

    `read_back` counts by PBX the oppositions that its lock held and the database did not.
    """

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
