"""Attempts as stored, from the permit to the end."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint
from dialer.domain.calls.abandonment import SilentCalls
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.retry import Made
from dialer.ports.records import CallFilter, CallRow


class AttemptRepository(Protocol):
    async def add(self, attempts: Sequence[Attempt]) -> set[AttemptId]:
        """Add attempts to numbers without a live one; return their ids. A unique index decides."""
        ...

    async def taken(self, fingerprints: Collection[Fingerprint]) -> set[Fingerprint]:
        """Return the numbers that are being called, by any campaign of any sponsor."""
        ...

    async def originate(self, attempt_ids: Sequence[AttemptId], *, at: datetime, pbx: str) -> list[AttemptId]:
        """Move PERMITTED attempts of this PBX to ORIGINATING; return those moved, in this order.

        The moving statement checks once more everything that may have changed since the permit. It
        leaves an attempt whose permit has run out by `at`, whose campaign does not run, or whose
        callee has opposed. It leaves every attempt while calling is halted.
        """
        ...

    async def lock_alive(self, attempt_ids: Iterable[AttemptId]) -> set[AttemptId]:
        """Lock and return the attempts that are not final, in the order of their ids."""
        ...

    async def save(self, attempts: Sequence[Attempt]) -> list[Attempt]:
        """Store them as they are now; return them as stored (see `UnitOfWork.as_stored`)."""
        ...

    async def oppose_late(self, attempts: Sequence[Attempt]) -> None:
        """Note the opposition of calls that are final and had none."""
        ...

    async def get(self, attempt_id: AttemptId) -> CallRow:
        """Raise `NotFound`."""
        ...

    async def get_many(self, attempt_ids: Iterable[AttemptId]) -> dict[AttemptId, Attempt]:
        """Return the known attempts; unknown ids are left out."""
        ...

    async def alive(self, *, pbx: str | None = None, campaign_id: CampaignId | None = None) -> list[Attempt]:
        """Return attempts that are not final, in order of decision."""
        ...

    async def alive_to(self, fingerprints: Iterable[Fingerprint]) -> list[Attempt]:
        """Return attempts alive to any of these numbers."""
        ...

    async def made(self, contact_ids: Iterable[ContactId]) -> dict[ContactId, Made]:
        """Return finished attempts by contact, also where there are none."""
        ...

    async def calls(self, query: CallFilter) -> list[CallRow]: ...

    async def silent(self, campaign_id: CampaignId, *, since: datetime) -> SilentCalls:
        """Return the campaign's finished calls decided since the hour of `since`."""
        ...

    async def count_silent(self, counts: Mapping[tuple[CampaignId, datetime], SilentCalls]) -> None:
        """Add finished calls by campaign and the hour of their decision.

        Call it last: other counts of the same hour wait until the unit ends.
        """
        ...


class HasAttempts(Protocol):
    @property
    def attempts(self) -> AttemptRepository: ...
