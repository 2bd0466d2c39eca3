"""Consents given and withdrawn: appended, never changed."""

from collections.abc import Collection, Sequence
from typing import Protocol

from dialer.domain.base.types import Fingerprint
from dialer.domain.consent.consent import ConsentEvent


class ConsentRepository(Protocol):
    async def add(self, events: Sequence[ConsentEvent]) -> list[ConsentEvent]:
        """Append; return them as stored (see `UnitOfWork.as_stored`)."""
        ...

    async def of(self, fingerprint: Fingerprint) -> tuple[ConsentEvent, ...]:
        """Return events in the order of recording."""
        ...

    async def sponsors(self, fingerprints: Collection[Fingerprint]) -> set[tuple[str, Fingerprint]]:
        """Return to whom each number has given a consent, by sponsor and number."""
        ...

    async def delete_given(self, fingerprint: Fingerprint) -> int:
        """Delete the consents that the number gave; return how many. Withdrawals stay."""
        ...


class HasConsents(Protocol):
    @property
    def consents(self) -> ConsentRepository: ...
