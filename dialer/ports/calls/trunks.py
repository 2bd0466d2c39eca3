"""Trunks as stored: the ends of their last calls, and consents that wait for their proof."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import AttemptId, ContactId
from dialer.domain.calls.attempt import Attempt
from dialer.domain.consent.consent import ConsentReinstated, ConsentWithdrawn


@dataclass(frozen=True, slots=True)
class HeldVoiding:
    """A call that reported its number as unallocated: the number's consents wait for the trunk.

    They end once the trunk has reached a callee of the same country.
    """

    attempt_id: AttemptId
    trunk: str
    country_code: str
    ended_at: datetime


class TrunkRepository(Protocol):
    async def last_calls(self, trunk: str, *, limit: int) -> list[Attempt]:
        """Return calls with any sign of life (ringing, an answer, an end).

        Newest decision first, since the trunk last failed.
        """
        ...

    async def rest(self, trunk: str, until: datetime) -> None:
        """Send it no call before `until`, in any process.

        A longer rest that it asked for stands.
        """
        ...

    async def rests_until(self, trunk: str) -> datetime | None:
        """Return the last rest that it asked for, over or not."""
        ...

    async def look_anew(self, trunk: str, *, since: datetime) -> None:
        """Count only calls decided after `since` from now on."""
        ...

    async def hold(self, voidings: Collection[HeldVoiding]) -> None: ...

    async def held_late(self, trunk: str) -> bool:
        """Return whether any is held of calls decided before the trunk was looked at anew."""
        ...

    async def take_held(self, trunk: str, *, late: bool) -> list[AttemptId]:
        """Hold these no more, all or the late ones (`held_late`); return their calls."""
        ...

    async def proved(self, trunk: str, country_code: str, *, before: datetime) -> bool:
        """Return whether any is held, and not late, of calls of that country ended by `before`."""
        ...

    async def take_proved(self, trunk: str, country_code: str, *, before: datetime) -> list[AttemptId]:
        """Hold these no more (`proved`); return their calls."""
        ...


class HasTrunks(Protocol):
    @property
    def trunks(self) -> TrunkRepository: ...


@dataclass(frozen=True, slots=True)
class StoredVoiding:
    """The end of a number's consents that a call of a trunk brought; `id`: of its row."""

    id: int
    contact_id: ContactId
    withdrawal: ConsentWithdrawn


class VoidingRepository(Protocol):
    async def page(self, trunk: str, *, since: datetime, until: datetime, limit: int) -> list[StoredVoiding]:
        """Return some that calls brought which ended from `since` to `until`, both included.

        Nothing that a person said is among them.
        """
        ...

    async def undo(self, undone: Sequence[tuple[StoredVoiding, ConsentReinstated]]) -> None:
        """Take them out of the consents, and keep them aside with their restorations."""
        ...


class HasVoidings(Protocol):
    @property
    def voidings(self) -> VoidingRepository: ...
