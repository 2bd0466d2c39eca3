"""What has outlived its use, and the record of its erasing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from dialer.domain.base.types import CampaignId, ImportId
from dialer.domain.upkeep.retention import ProofTerm, RetentionRun


@dataclass(frozen=True, slots=True)
class RetainedList:
    """An imported list of which contacts are left. `ended_at`: when its campaign was over, the last round with it. `last_poll`: of its election."""

    import_id: ImportId
    campaign_id: CampaignId
    profile: str
    imported_at: datetime
    ended_at: datetime | None
    last_poll: date | None = None


class RetentionRepository(Protocol):
    """Each unit is to be short: calls go on meanwhile."""

    async def lists(self) -> list[RetainedList]:
        """In order of import."""
        ...

    async def profiles(self) -> dict[str, frozenset[str]]:
        """Those of each sponsor's campaigns."""
        ...

    async def erase_contacts(
        self, import_id: ImportId, *, at: datetime, uncalled: bool = False, limit: int
    ) -> int:
        """Erase up to `limit` contacts of the list, or of those whom no call went out to; return how many. Those being called are left for the next time."""
        ...

    async def erase_consents(self, term: ProofTerm, *, limit: int) -> int:
        """Delete up to `limit` consents of numbers that stand on no list any more; return how many. Withdrawals stay."""
        ...

    async def destroy_keys(self, *, limit: int) -> int:
        """Destroy keys of numbers of which neither a contact nor a consent is left, and what was sealed under them; return how many."""
        ...

    async def begin(self, started_at: datetime) -> int:
        """Record that a run began; return its id."""
        ...

    async def end(self, run_id: int, run: RetentionRun) -> None: ...

    async def runs(self) -> Sequence[RetentionRun]:
        """From the last that went well on, in order."""
        ...


class HasRetention(Protocol):
    @property
    def retention(self) -> RetentionRepository: ...
