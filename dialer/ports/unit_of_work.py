"""A unit of work: records, their evidence and their notifications are one transaction.

Services choose the evidence and the notifications; the store keeps all of it or nothing.
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from dialer.domain.base.types import Fingerprint
from dialer.domain.ledger.event import LedgerEvent
from dialer.domain.upkeep import Notification


class UnitOfWork(Protocol):
    """A transaction. Its repositories are named by the `Has...` Protocols of the ports."""

    def record(self, *events: LedgerEvent) -> None:
        """Add entries to the ledger, in this order, in the same transaction."""
        ...

    def notify(self, *notifications: Notification) -> None:
        """Put notifications into the outbox, in the same transaction."""
        ...

    async def as_stored(self, fingerprint: Fingerprint) -> Fingerprint:
        """Return the fingerprint under which the number is stored while the keys are changed.

        Every writer has to ask it: a number that was never stored is noted, to be moved as well.
        """
        ...


Work_co = TypeVar("Work_co", covariant=True)


class Store(Protocol[Work_co]):
    """The database. `Work_co` names the repositories that its user needs.

    Times go in and come out aware, in UTC. A unit is ended before the next is begun: there is one
    writer where the database is SQLite. Every unit and every repository raises `Unavailable` where
    the database does not answer, and `Conflict` where it refuses what contradicts its contents.
    """

    def read(self) -> AbstractAsyncContextManager[Work_co]:
        """See one snapshot, and change nothing."""
        ...

    def write(self) -> AbstractAsyncContextManager[Work_co]:
        """Commit at the end of the block; an error in the block undoes all of it."""
        ...
