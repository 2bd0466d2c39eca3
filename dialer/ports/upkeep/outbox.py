"""Notifications for other systems, committed together with their causes."""

from datetime import datetime
from typing import Protocol

from dialer.ports.records import Delivery
from dialer.ports.upkeep.webhook_sender import WebhookUrl


class OutboxRepository(Protocol):
    async def has_due(self, endpoint: WebhookUrl, *, now: datetime) -> bool:
        """Return whether any is due at `now`: looking needs no writer's turn."""
        ...

    async def claim(
        self, endpoint: WebhookUrl, *, now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        """Return the deliveries due at `now`, for this caller alone until `until`.

        They are due again then.
        """
        ...

    async def delivered(self, delivery_id: int) -> None: ...

    async def postpone(self, delivery_id: int, *, due_at: datetime | None, error: str) -> None:
        """Set when it is due again. `due_at` None: it is given up, and kept."""
        ...

    async def abandon(self, *, due_before: datetime, error: str) -> int:
        """Give up, and keep, notifications due before then: their endpoint is served no more.

        Return their count.
        """
        ...

    async def waiting(self) -> int:
        """Return how many are still to be delivered."""
        ...


class HasOutbox(Protocol):
    @property
    def outbox(self) -> OutboxRepository: ...
