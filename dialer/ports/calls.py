"""Attempts from the permit to the end, trunks, and the ends of consents they brought, as stored.

A trunk has the ends of its last calls, and consents that wait for the proof that it works.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialer.domain.base.types import AttemptId, CampaignId, ContactId, Fingerprint
from dialer.domain.calls.attempt import Attempt
from dialer.domain.calls.retry import Made
from dialer.domain.calls.trunk_health import SilentCalls
from dialer.domain.consent import ConsentReinstated, ConsentWithdrawn
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
