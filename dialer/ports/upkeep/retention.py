"""Data past its limit, and the record of its erasure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from dialer.domain.base.types import CampaignId, ImportId
from dialer.domain.upkeep.retention import ProofTerm, RetentionRun


@dataclass(frozen=True, slots=True)
class RetainedList:
    """An imported list with contacts left.

    `ended_at` is the end of its campaign, the last round included. `last_poll` is of its election.
    """

    import_id: ImportId
    campaign_id: CampaignId
    profile: str
    imported_at: datetime
    ended_at: datetime | None
    last_poll: date | None = None


class RetentionRepository(Protocol):
    """Erasure in small steps. Each unit is to be short: calls go on meanwhile."""

    async def lists(self) -> list[RetainedList]:
        """Return lists in order of import."""
        ...

    async def profiles(self) -> dict[str, frozenset[str]]:
        """Return the profiles of each sponsor's campaigns."""
        ...

    async def erase_contacts(
        self, import_id: ImportId, *, at: datetime, uncalled: bool = False, limit: int
    ) -> int:
        """Erase up to `limit` contacts of the list, or of its uncalled ones; return their count.

        Contacts being called are left for the next time.
        """
        ...

    async def erase_consents(self, term: ProofTerm, *, limit: int) -> int:
        """Delete up to `limit` consents of numbers on no list any more; return their count.

        Withdrawals stay.
        """
        ...

    async def destroy_keys(self, *, limit: int) -> int:
        """Destroy keys of numbers without a contact or a consent left, and their sealed texts.

        Return the count of keys.
        """
        ...

    async def begin(self, started_at: datetime) -> int:
        """Record that a run began; return its id."""
        ...

    async def end(self, run_id: int, run: RetentionRun) -> None: ...

    async def runs(self) -> Sequence[RetentionRun]:
        """Return runs from the last success on, in order."""
        ...


class HasRetention(Protocol):
    @property
    def retention(self) -> RetentionRepository: ...
