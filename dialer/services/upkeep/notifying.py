"""Notifications to other systems: each at least once, in no promised order.

The pauses grow while an endpoint is away.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from dialer.domain.base.errors import Unavailable, place_of
from dialer.domain.upkeep import pause_after
from dialer.ports.clock import Clock
from dialer.ports.records import Delivery
from dialer.ports.unit_of_work import Store
from dialer.ports.upkeep import HasOutbox, WebhookSender, WebhookUrl

log = structlog.get_logger()

BATCH = 20
LOOK_EVERY_S = 0.5
LOOK_FOR_LEFT_S = 3600.0
GIVEN_UP_AFTER = timedelta(days=4)
"""Longer than any notification is tried. One due for so long is for an endpoint of no process."""
LEASE = timedelta(minutes=1)
"""Longer than any delivery takes. After it another process takes over from a dead one."""


class Notifying:
    def __init__(
        self, store: Store[HasOutbox], courier: WebhookSender, endpoints: Sequence[WebhookUrl], clock: Clock
    ) -> None:
        self._store = store
        self._courier = courier
        self._endpoints = endpoints
        self._clock = clock

    async def run(self) -> None:
        """Run until cancelled. Each endpoint has its own loop: a slow one holds up no other."""
        async with asyncio.TaskGroup() as tasks:
            for endpoint in self._endpoints:
                tasks.create_task(self._serve(endpoint))
            while True:
                await self.clear_left()
                await asyncio.sleep(LOOK_FOR_LEFT_S)

    async def clear_left(self) -> None:
        """Give up notifications for endpoints that have left the settings.

        They would be reported as waiting for ever.
        """
        try:
            async with self._store.write() as work:
                left = await work.outbox.abandon(
                    due_before=self._clock.now() - GIVEN_UP_AFTER,
                    error="no process delivers to this endpoint any more",
                )
        except Unavailable as error:
            log.warning("notifications wait for the database", error=str(error))
        else:
            if left:
                log.error("notifications given up: their endpoint is gone", count=left)

    async def _serve(self, endpoint: WebhookUrl) -> None:
        while True:
            try:
                busy = await self.turn(endpoint)
            except Unavailable as error:
                log.warning("notifications wait for the database", error=str(error))
                busy = False
            if not busy:
                await asyncio.sleep(LOOK_EVERY_S)

    async def turn(self, endpoint: WebhookUrl) -> bool:
        """Deliver the notifications due, once; return whether there were any."""
        now = self._clock.now()
        due = await claim_due(self._store, endpoint, now=now, until=now + LEASE, limit=BATCH)
        await asyncio.gather(*(self._deliver(endpoint, delivery) for delivery in due))
        return bool(due)

    async def _deliver(self, endpoint: WebhookUrl, delivery: Delivery) -> None:
        try:
            await self._courier.deliver(endpoint, delivery.body.encode())
        except Unavailable as error:
            await self._postpone(endpoint, delivery, str(error))
        except Exception as error:
            # An unforeseen address or body is one endpoint's trouble.
            await self._postpone(endpoint, delivery, f"not delivered: {place_of(error)}")
        else:
            async with self._store.write() as work:
                await work.outbox.delivered(delivery.id)

    async def _postpone(self, endpoint: WebhookUrl, delivery: Delivery, error: str) -> None:
        pause = pause_after(delivery.tries)
        due_at = self._clock.now() + pause if pause else None
        async with self._store.write() as work:
            await work.outbox.postpone(delivery.id, due_at=due_at, error=error)
        told = log.bind(endpoint=endpoint, delivery=delivery.id, tries=delivery.tries, error=error)
        if due_at is None:
            told.error("notification given up")
        else:
            told.warning("notification not taken")


async def claim_due(
    store: Store[HasOutbox], endpoint: WebhookUrl, *, now: datetime, until: datetime, limit: int
) -> list[Delivery]:
    """Return the deliveries due at `now`, for this caller alone until `until`."""
    # Almost always there is nothing; looking must not take the writer's turn.
    async with store.read() as work:
        if not await work.outbox.has_due(endpoint, now=now):
            return []
    async with store.write() as work:
        return await work.outbox.claim(endpoint, now=now, until=until, limit=limit)
