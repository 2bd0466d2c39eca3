"""What the store knows of trunks: how their last calls ended, which consents wait for the trunk to prove itself, and which it ended."""

from datetime import datetime
from typing import Protocol

from dialer.domain.calls.attempt import Attempt


class Trunks(Protocol):
    async def last_calls(self, trunk: str, *, limit: int) -> list[Attempt]:
        """Calls of which anything was heard (ringing, an answer, an end), newest decision first, since the trunk last failed."""
        ...

    async def rest(self, trunk: str, until: datetime) -> None:
        """Send it nothing before `until`, in any process. A longer rest that it asked for stands."""
        ...

    async def rests_until(self, trunk: str) -> datetime | None:
        """The last rest that it asked for, over or not."""
        ...

    async def fail(self, trunk: str, *, at: datetime) -> int:
        """Look only at calls decided after `at`, end none of the consents that wait, and put their contacts back on the list.

        Return how many.
        """
        ...

    async def release(self, trunk: str, *, at: datetime) -> int:
        """The same for calls that the trunk was failing when they were decided, and that ended only later. Return how many."""
        ...

    async def reached(self, trunk: str, country_code: str, *, before: datetime, at: datetime) -> int:
        """The trunk has reached somebody of that country with a call dialled at `before`. Return how many numbers lost their consents.

        Consents end whose numbers were told to be nobody's before then (T057), `at` being the time of recording.
        """
        ...


class Voidings(Protocol):
    async def restore(
        self, trunk: str, *, since: datetime, until: datetime, by: str, at: datetime, reason: str
    ) -> int:
        """Undo the ends of consents that calls of the trunk brought which ended from `since` to `until`, both included; nothing that a person said.

        Contacts closed for it are due again. Return how many numbers. Every page of them is a transaction: what breaks goes on when it
        is asked for again.
        """
        ...
